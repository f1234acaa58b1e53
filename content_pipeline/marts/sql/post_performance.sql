-- post_performance: one row is a post, with its latest figures and those at the ages of 1 h, 6 h, 24 h, 72 h and 7 days.
create macro post_performance_as_of(ts) as table
with latest as (
    select * from post_metrics_as_of(ts)
    qualify row_number() over (partition by post_id order by observed_at desc, snapshot_id) = 1
),
nearest as (
    select * from post_metrics_as_of(ts)
    where on_time
    qualify row_number() over (
        partition by post_id, target_age_h order by abs(age_hours - target_age_h), observed_at, snapshot_id
    ) = 1
),
at_ages as (
    select
        post_id,
        max(views) filter (target_age_h = 1) as views_1h,
        max(views) filter (target_age_h = 6) as views_6h,
        max(views) filter (target_age_h = 24) as views_24h,
        max(views) filter (target_age_h = 72) as views_72h,
        max(views) filter (target_age_h = 168) as views_7d,
        max(reach) filter (target_age_h = 1) as reach_1h,
        max(reach) filter (target_age_h = 6) as reach_6h,
        max(reach) filter (target_age_h = 24) as reach_24h,
        max(reach) filter (target_age_h = 72) as reach_72h,
        max(reach) filter (target_age_h = 168) as reach_7d,
        max(likes) filter (target_age_h = 1) as likes_1h,
        max(likes) filter (target_age_h = 6) as likes_6h,
        max(likes) filter (target_age_h = 24) as likes_24h,
        max(likes) filter (target_age_h = 72) as likes_72h,
        max(likes) filter (target_age_h = 168) as likes_7d,
        max(comments) filter (target_age_h = 1) as comments_1h,
        max(comments) filter (target_age_h = 6) as comments_6h,
        max(comments) filter (target_age_h = 24) as comments_24h,
        max(comments) filter (target_age_h = 72) as comments_72h,
        max(comments) filter (target_age_h = 168) as comments_7d,
        max(saves) filter (target_age_h = 1) as saves_1h,
        max(saves) filter (target_age_h = 6) as saves_6h,
        max(saves) filter (target_age_h = 24) as saves_24h,
        max(saves) filter (target_age_h = 72) as saves_72h,
        max(saves) filter (target_age_h = 168) as saves_7d,
        max(shares) filter (target_age_h = 1) as shares_1h,
        max(shares) filter (target_age_h = 6) as shares_6h,
        max(shares) filter (target_age_h = 24) as shares_24h,
        max(shares) filter (target_age_h = 72) as shares_72h,
        max(shares) filter (target_age_h = 168) as shares_7d
    from nearest
    group by post_id
)
select
    p.post_id, p.account, p.date, p.state, p.published_at, p.permalink, p.trend_title,
    p.archetype, p.hook_family, p.format, p.duration_band, p.cta, p.topic_family, p.slot_label,
    l.observed_at as latest_at,
    l.age_hours as latest_age_hours,
    l.views, l.reach, l.likes, l.comments, l.saves, l.shares, l.total_interactions, l.avg_watch_ms,
    l.engagement_rate, l.save_rate, l.share_rate, l.watch_through,
    a.views_1h, a.views_6h, a.views_24h, a.views_72h, a.views_7d,
    a.reach_1h, a.reach_6h, a.reach_24h, a.reach_72h, a.reach_7d,
    a.likes_1h, a.likes_6h, a.likes_24h, a.likes_72h, a.likes_7d,
    a.comments_1h, a.comments_6h, a.comments_24h, a.comments_72h, a.comments_7d,
    a.saves_1h, a.saves_6h, a.saves_24h, a.saves_72h, a.saves_7d,
    a.shares_1h, a.shares_6h, a.shares_24h, a.shares_72h, a.shares_7d
from posts_as_of(ts) p
left join latest l on l.post_id = p.post_id
left join at_ages a on a.post_id = p.post_id
order by p.published_at, p.post_id;

create table post_performance as
select * from post_performance_as_of(timestamptz 'infinity');

comment on table post_performance is 'One row is a post with its latest figures and those at fixed ages. Posts without a reading have nulls.';
comment on macro table post_performance_as_of is 'post_performance as it could be known at the moment ts.';
comment on column post_performance.post_id is 'Stable id of the post.';
comment on column post_performance.account is 'Account id.';
comment on column post_performance.date is 'Day of the post in the account''s time zone.';
comment on column post_performance.state is 'State in the ledger, as in posts.';
comment on column post_performance.published_at is 'When it went live (UTC).';
comment on column post_performance.permalink is 'Public address of the post.';
comment on column post_performance.trend_title is 'Trend that the post is about.';
comment on column post_performance.archetype is 'The five factors of the brief as one string.';
comment on column post_performance.hook_family is 'Factor: how the post opens.';
comment on column post_performance.format is 'Factor: how the body is built.';
comment on column post_performance.duration_band is 'Factor: short, medium or long.';
comment on column post_performance.cta is 'Factor: what the viewer is asked to do.';
comment on column post_performance.topic_family is 'Factor: one of the account''s topics, or trending.';
comment on column post_performance.slot_label is 'Factor: morning, afternoon or evening.';
comment on column post_performance.latest_at is 'When the latest figures were read (UTC).';
comment on column post_performance.latest_age_hours is 'Age of the post at that moment, in hours.';
comment on column post_performance.views is 'Latest plays.';
comment on column post_performance.reach is 'Latest accounts reached.';
comment on column post_performance.likes is 'Latest likes.';
comment on column post_performance.comments is 'Latest comments.';
comment on column post_performance.saves is 'Latest saves.';
comment on column post_performance.shares is 'Latest shares.';
comment on column post_performance.total_interactions is 'Latest interactions.';
comment on column post_performance.avg_watch_ms is 'Latest average watch time of a play, in milliseconds.';
comment on column post_performance.engagement_rate is 'total_interactions / views, latest.';
comment on column post_performance.save_rate is 'saves / views, latest.';
comment on column post_performance.share_rate is 'shares / views, latest.';
comment on column post_performance.watch_through is 'Average watch time / duration, latest.';
comment on column post_performance.views_1h is 'Views at the age of 1h; null without a reading in time.';
comment on column post_performance.views_6h is 'Views at the age of 6h; null without a reading in time.';
comment on column post_performance.views_24h is 'Views at the age of 24h; null without a reading in time.';
comment on column post_performance.views_72h is 'Views at the age of 72h; null without a reading in time.';
comment on column post_performance.views_7d is 'Views at the age of 7d; null without a reading in time.';
comment on column post_performance.reach_1h is 'Reach at the age of 1h; null without a reading in time.';
comment on column post_performance.reach_6h is 'Reach at the age of 6h; null without a reading in time.';
comment on column post_performance.reach_24h is 'Reach at the age of 24h; null without a reading in time.';
comment on column post_performance.reach_72h is 'Reach at the age of 72h; null without a reading in time.';
comment on column post_performance.reach_7d is 'Reach at the age of 7d; null without a reading in time.';
comment on column post_performance.likes_1h is 'Likes at the age of 1h; null without a reading in time.';
comment on column post_performance.likes_6h is 'Likes at the age of 6h; null without a reading in time.';
comment on column post_performance.likes_24h is 'Likes at the age of 24h; null without a reading in time.';
comment on column post_performance.likes_72h is 'Likes at the age of 72h; null without a reading in time.';
comment on column post_performance.likes_7d is 'Likes at the age of 7d; null without a reading in time.';
comment on column post_performance.comments_1h is 'Comments at the age of 1h; null without a reading in time.';
comment on column post_performance.comments_6h is 'Comments at the age of 6h; null without a reading in time.';
comment on column post_performance.comments_24h is 'Comments at the age of 24h; null without a reading in time.';
comment on column post_performance.comments_72h is 'Comments at the age of 72h; null without a reading in time.';
comment on column post_performance.comments_7d is 'Comments at the age of 7d; null without a reading in time.';
comment on column post_performance.saves_1h is 'Saves at the age of 1h; null without a reading in time.';
comment on column post_performance.saves_6h is 'Saves at the age of 6h; null without a reading in time.';
comment on column post_performance.saves_24h is 'Saves at the age of 24h; null without a reading in time.';
comment on column post_performance.saves_72h is 'Saves at the age of 72h; null without a reading in time.';
comment on column post_performance.saves_7d is 'Saves at the age of 7d; null without a reading in time.';
comment on column post_performance.shares_1h is 'Shares at the age of 1h; null without a reading in time.';
comment on column post_performance.shares_6h is 'Shares at the age of 6h; null without a reading in time.';
comment on column post_performance.shares_24h is 'Shares at the age of 24h; null without a reading in time.';
comment on column post_performance.shares_72h is 'Shares at the age of 72h; null without a reading in time.';
comment on column post_performance.shares_7d is 'Shares at the age of 7d; null without a reading in time.';
