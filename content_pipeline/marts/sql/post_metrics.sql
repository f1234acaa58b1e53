-- post_metrics: one row is a snapshot of a post, as observed at one moment, with rates per view.
create table post_metrics as
select
    m.snapshot_id,
    m.post_id,
    m.account,
    m.day as date,
    m.observed_at,
    m.age_hours,
    m.target_age_h,
    m.age_hours between m.target_age_h / 1.5 and m.target_age_h * 1.5 as on_time,
    m.views,
    m.reach,
    m.likes,
    m.comments,
    m.saves,
    m.shares,
    coalesce(m.total_interactions, m.likes + m.comments + m.saves + m.shares) as total_interactions,
    m.avg_watch_ms,
    m.total_watch_ms,
    p.duration_s,
    coalesce(m.total_interactions, m.likes + m.comments + m.saves + m.shares) / nullif(m.views, 0)
        as engagement_rate,
    m.saves / nullif(m.views, 0) as save_rate,
    m.shares / nullif(m.views, 0) as share_rate,
    m.avg_watch_ms / (nullif(p.duration_s, 0) * 1000) as watch_through
from lake_post_metrics m
left join posts p on p.post_id = m.post_id
order by m.observed_at, m.snapshot_id;

create macro post_metrics_as_of(ts) as table
    select * from post_metrics where observed_at <= ts;

comment on table post_metrics is 'One row is a snapshot of a post as observed at one moment. What the platform did not give is null, never 0.';
comment on macro table post_metrics_as_of is 'Snapshots observed at or before the moment ts.';
comment on column post_metrics.snapshot_id is 'Stable id of the snapshot.';
comment on column post_metrics.post_id is 'Post that was observed.';
comment on column post_metrics.account is 'Account id.';
comment on column post_metrics.date is 'Day of the observation in the account''s time zone, not that of the post.';
comment on column post_metrics.observed_at is 'When the figures were read (UTC).';
comment on column post_metrics.age_hours is 'Hours since the post went live.';
comment on column post_metrics.target_age_h is 'Scheduled age (hours) that this reading answers: 1, 6, 24, 72 or 168.';
comment on column post_metrics.on_time is 'Whether the age is within a factor of 1.5 of the scheduled age.';
comment on column post_metrics.views is 'Plays so far.';
comment on column post_metrics.reach is 'Accounts reached so far.';
comment on column post_metrics.likes is 'Likes so far.';
comment on column post_metrics.comments is 'Comments so far.';
comment on column post_metrics.saves is 'Saves so far.';
comment on column post_metrics.shares is 'Shares so far.';
comment on column post_metrics.total_interactions is 'Interactions so far as the platform counts them, else likes + comments + saves + shares.';
comment on column post_metrics.avg_watch_ms is 'Average watch time of a play, in milliseconds.';
comment on column post_metrics.total_watch_ms is 'Watch time of all plays, in milliseconds.';
comment on column post_metrics.duration_s is 'Seconds of the reel.';
comment on column post_metrics.engagement_rate is 'total_interactions / views.';
comment on column post_metrics.save_rate is 'saves / views.';
comment on column post_metrics.share_rate is 'shares / views.';
comment on column post_metrics.watch_through is 'avg_watch_ms / (duration_s * 1000); above 1 when people watch again.';
