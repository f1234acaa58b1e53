-- kpi_daily: one row is a day of an account: the posts of that day with their latest figures, and the account's own figures.
create table kpi_daily as
with cohorts as (
    select
        account,
        date,
        count(*) filter (state in ('published', 'taken_down')) as posts,
        count(views) as posts_measured,
        sum(views) as views,
        sum(reach) as reach,
        sum(saves) as saves,
        sum(shares) as shares,
        sum(total_interactions) as interactions,
        avg(watch_through) as watch_through
    from post_performance
    group by account, date
),
accounts as (
    select account, day as date, followers, views as account_views, reach as account_reach, accounts_engaged
    from lake_account_metrics
    qualify row_number() over (partition by account, day order by observed_at desc) = 1
)
select
    coalesce(c.account, a.account) as account,
    coalesce(c.date, a.date) as date,
    coalesce(c.posts, 0) as posts,
    coalesce(c.posts_measured, 0) as posts_measured,
    c.views::bigint as views,
    c.reach::bigint as reach,
    c.saves::bigint as saves,
    c.shares::bigint as shares,
    c.interactions::bigint as interactions,
    c.interactions / nullif(c.views, 0) as engagement_rate,
    c.saves / nullif(c.views, 0) as save_rate,
    c.shares / nullif(c.views, 0) as share_rate,
    c.watch_through,
    a.followers,
    a.followers - lag(a.followers) over (
        partition by coalesce(c.account, a.account) order by coalesce(c.date, a.date)
    ) as follower_change,
    a.account_views,
    a.account_reach,
    a.accounts_engaged
from cohorts c
full join accounts a on a.account = c.account and a.date = c.date
order by account, date;

comment on table kpi_daily is 'One row is a day of an account. Posts'' figures are the latest known of the posts of that day, so they keep growing for a week.';
comment on column kpi_daily.account is 'Account id.';
comment on column kpi_daily.date is 'Day in the account''s time zone.';
comment on column kpi_daily.posts is 'Posts of that day that were published.';
comment on column kpi_daily.posts_measured is 'Those of them with a reading of their views.';
comment on column kpi_daily.views is 'Latest views of that day''s posts.';
comment on column kpi_daily.reach is 'Sum over that day''s posts of accounts reached; a person may be counted for several posts.';
comment on column kpi_daily.saves is 'Latest saves of that day''s posts.';
comment on column kpi_daily.shares is 'Latest shares of that day''s posts.';
comment on column kpi_daily.interactions is 'Latest interactions of that day''s posts.';
comment on column kpi_daily.engagement_rate is 'interactions / views.';
comment on column kpi_daily.save_rate is 'saves / views.';
comment on column kpi_daily.share_rate is 'shares / views.';
comment on column kpi_daily.watch_through is 'Mean over posts of average watch time / duration.';
comment on column kpi_daily.followers is 'Followers of the account at the day''s last reading.';
comment on column kpi_daily.follower_change is 'Followers gained since the row before; null where either is unknown.';
comment on column kpi_daily.account_views is 'Views of everything of the account on that day.';
comment on column kpi_daily.account_reach is 'Accounts reached on that day.';
comment on column kpi_daily.accounts_engaged is 'Accounts that interacted on that day.';
