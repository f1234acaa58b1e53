-- archetype_performance: one row is a level of a factor (or a whole archetype) of an account, over all of its published posts.
create table archetype_performance as
with levels as (
    unpivot (
        select account, post_id, views, views_24h, saves, shares, watch_through,
               hook_family, format, duration_band, cta, topic_family, slot_label, archetype
        from post_performance
        where state = 'published'
    )
    on hook_family, format, duration_band, cta, topic_family, slot_label, archetype
    into name factor value level
)
select
    account,
    factor,
    level,
    count(*) as posts,
    count(views) as posts_measured,
    median(views) as median_views,
    median(views_24h) as median_views_24h,
    avg(ln(1 + views)) as mean_log_views,
    stddev_samp(ln(1 + views)) as sd_log_views,
    sum(saves) filter (views > 0) / nullif(sum(views) filter (saves is not null), 0) as save_rate,
    sum(shares) filter (views > 0) / nullif(sum(views) filter (shares is not null), 0) as share_rate,
    avg(watch_through) as watch_through
from levels
where level <> ''
group by account, factor, level
order by account, factor, level;

comment on table archetype_performance is 'One row is a level of a factor of an account, over all of its published posts; factor archetype holds whole archetypes. Averages of what happened, not the learned effects: those are in the policy registry.';
comment on column archetype_performance.account is 'Account id.';
comment on column archetype_performance.factor is 'hook_family, format, duration_band, cta, topic_family, slot_label or archetype.';
comment on column archetype_performance.level is 'Level of the factor.';
comment on column archetype_performance.posts is 'Published posts with that level.';
comment on column archetype_performance.posts_measured is 'Those of them with a reading of their views.';
comment on column archetype_performance.median_views is 'Median of the latest views.';
comment on column archetype_performance.median_views_24h is 'Median of the views at the age of 24 hours.';
comment on column archetype_performance.mean_log_views is 'Mean of ln(1 + latest views).';
comment on column archetype_performance.sd_log_views is 'Standard deviation of ln(1 + latest views); null below two posts.';
comment on column archetype_performance.save_rate is 'Saves of all those posts / their views.';
comment on column archetype_performance.share_rate is 'Shares of all those posts / their views.';
comment on column archetype_performance.watch_through is 'Mean over posts of average watch time / duration.';
