-- funnel_daily: one row is a day of an account: what went into each stage of the flow and what came out as posts.
create table funnel_daily as
with days as (
    select account, day from lake_briefs
    union select account, day from lake_scripts
    union select account, day from lake_renders
    union select account, day from lake_posts
),
signals as (select day, count(*) as n from lake_trend_signals group by day),
trends as (select day, count(*) as n from lake_trends group by day),
briefs as (select account, day, count(*) as n from lake_briefs group by account, day),
scripts as (select account, day, count(*) as n from lake_scripts group by account, day),
reviews as (
    select
        account,
        day,
        count(*) filter (verdict = 'released') as released,
        count(*) filter (verdict = 'needs_approval') as needs_approval,
        count(*) filter (verdict = 'blocked') as blocked
    from lake_reviews
    group by account, day
),
renders as (select account, day, count(*) as n from lake_renders group by account, day),
states as (
    select
        account,
        day,
        count(*) as posts,
        count(*) filter (state = 'planned') as planned,
        count(*) filter (state = 'awaiting_approval') as awaiting_approval,
        count(*) filter (state in ('publishing', 'unknown')) as in_flight,
        count(*) filter (state = 'published') as published,
        count(*) filter (state = 'failed') as failed,
        count(*) filter (state = 'missed') as missed,
        count(*) filter (state = 'simulated') as simulated,
        count(*) filter (state = 'taken_down') as taken_down
    from lake_posts
    group by account, day
)
select
    d.account,
    d.day as date,
    coalesce(g.n, 0) as signals,
    coalesce(t.n, 0) as trends,
    coalesce(b.n, 0) as briefs,
    coalesce(s.n, 0) as scripts,
    coalesce(v.released, 0) as released,
    coalesce(v.needs_approval, 0) as needs_approval,
    coalesce(v.blocked, 0) as blocked,
    coalesce(r.n, 0) as renders,
    coalesce(p.posts, 0) as posts,
    coalesce(p.planned, 0) as planned,
    coalesce(p.awaiting_approval, 0) as awaiting_approval,
    coalesce(p.in_flight, 0) as in_flight,
    coalesce(p.published, 0) as published,
    coalesce(p.failed, 0) as failed,
    coalesce(p.missed, 0) as missed,
    coalesce(p.simulated, 0) as simulated,
    coalesce(p.taken_down, 0) as taken_down
from days d
left join signals g on g.day = d.day
left join trends t on t.day = d.day
left join briefs b on b.account = d.account and b.day = d.day
left join scripts s on s.account = d.account and s.day = d.day
left join reviews v on v.account = d.account and v.day = d.day
left join renders r on r.account = d.account and r.day = d.day
left join states p on p.account = d.account and p.day = d.day
order by d.account, d.day;

comment on table funnel_daily is 'One row is a day of an account: what went into each stage of the flow and what came out as posts.';
comment on column funnel_daily.account is 'Account id.';
comment on column funnel_daily.date is 'Day in the account''s time zone.';
comment on column funnel_daily.signals is 'Items that the sources showed that day; the same for every account.';
comment on column funnel_daily.trends is 'Trends of that day; the same for every account.';
comment on column funnel_daily.briefs is 'Ideas for the account.';
comment on column funnel_daily.scripts is 'Script variants.';
comment on column funnel_daily.released is 'Scripts that the policy gate released.';
comment on column funnel_daily.needs_approval is 'Scripts that wait for a person''s approval.';
comment on column funnel_daily.blocked is 'Scripts that the policy gate blocked.';
comment on column funnel_daily.renders is 'Finished reels.';
comment on column funnel_daily.posts is 'Posts in the ledger, in whatever state.';
comment on column funnel_daily.planned is 'Posts that wait for their slot.';
comment on column funnel_daily.awaiting_approval is 'Posts that wait for a person.';
comment on column funnel_daily.in_flight is 'Posts being published, or whose remote answer is not known yet.';
comment on column funnel_daily.published is 'Posts that are live.';
comment on column funnel_daily.failed is 'Posts that failed for good.';
comment on column funnel_daily.missed is 'Posts whose slot passed beyond the lateness limit.';
comment on column funnel_daily.simulated is 'Posts that were not sent because a switch for live publishing is off.';
comment on column funnel_daily.taken_down is 'Posts that were live and were taken down after an incident.';
