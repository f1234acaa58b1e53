-- posts: one row is a post of the publishing ledger, with the render, script and brief that it was made from.
create table posts as
with slots as (
    select * from lake_calendar
    qualify row_number() over (
        partition by slot_id order by (status = 'committed') desc, day desc, created_at desc
    ) = 1
)
select
    p.post_id,
    p.account,
    -- Where a person moved it, a post belongs to the day and the part of the day at which it goes live.
    coalesce(p.slot_date, p.day) as date,
    p.slot_id,
    p.slot_at,
    coalesce(p.slot_label, s.slot_label) as slot_label,
    p.state,
    p.reason,
    p.attempts,
    p.published_at,
    p.permalink,
    p.media_id,
    -- The hook that was posted: a variant, or a hook that is not worn, may open otherwise than the brief's first.
    coalesce(s.segments[1].on_screen_text, b.title) as title,
    s.archetype.hook_family as hook_family,
    s.archetype.format as format,
    s.archetype.duration_band as duration_band,
    s.archetype.cta as cta,
    s.archetype.topic_family as topic_family,
    concat_ws('/', s.archetype.hook_family, s.archetype.format, s.archetype.duration_band, s.archetype.cta,
              s.archetype.topic_family) as archetype,
    coalesce(r.duration_s, s.duration_s) as duration_s,
    p.brief_id,
    p.script_id,
    p.render_id,
    coalesce(b.trend_id, s.trend_id) as trend_id,
    b.trend_title,
    b.evidence[1].url as evidence_url,
    b.policy_version,
    -- A variant in another shape than its brief's was not what the policy predicted and drew.
    case when s.archetype = b.archetype then b.predicted_reward end as predicted_reward,
    case when s.archetype = b.archetype then b.predicted_sd end as predicted_sd,
    case when s.archetype = b.archetype then b.propensity end as propensity,
    b.choice,
    k.kpi_objective,
    v.risk_tier,
    v.verdict,
    s.writing.engine as engine,
    s.writing.prompt_id as prompt_id,
    s.is_ai_generated,
    p.content_hash
from lake_posts p
left join lake_scripts s on s.script_id = p.script_id
left join lake_briefs b on b.brief_id = p.brief_id
left join lake_renders r on r.render_id = p.render_id
left join lake_reviews v on v.script_id = p.script_id and v.content_hash = p.content_hash
left join slots k on k.slot_id = p.slot_id
order by p.slot_at, p.post_id;

create macro posts_as_of(ts) as table
    select * from posts where coalesce(published_at, slot_at) <= ts;

comment on table posts is 'One row is a post of the publishing ledger, with what it was made from.';
comment on macro table posts_as_of is 'Posts that were published, or whose slot had come, at the moment ts.';
comment on column posts.post_id is 'Stable id of the post.';
comment on column posts.account is 'Account id, as in data/accounts.';
comment on column posts.date is 'Day of the post''s slot in the account''s time zone; a post that a person moved may have been planned on an earlier one.';
comment on column posts.slot_id is 'Calendar slot that the post fills.';
comment on column posts.slot_at is 'When the post was due (UTC).';
comment on column posts.slot_label is 'morning, afternoon or evening in the account''s time zone.';
comment on column posts.state is 'State in the ledger: planned, awaiting_approval, publishing, unknown, published, failed, missed, simulated or taken_down.';
comment on column posts.reason is 'Why the post is in that state, where that needs saying.';
comment on column posts.attempts is 'Attempts to publish so far.';
comment on column posts.published_at is 'When it went live (UTC); null if it did not.';
comment on column posts.permalink is 'Public address of the post.';
comment on column posts.media_id is 'Id that the platform gave.';
comment on column posts.title is 'How it opens: the hook of its script.';
comment on column posts.hook_family is 'Factor: how the post opens.';
comment on column posts.format is 'Factor: how the body is built.';
comment on column posts.duration_band is 'Factor: short, medium or long.';
comment on column posts.cta is 'Factor: what the viewer is asked to do.';
comment on column posts.topic_family is 'Factor: one of the account''s topics, or trending.';
comment on column posts.archetype is 'The five factors above as one string.';
comment on column posts.duration_s is 'Seconds of the finished reel.';
comment on column posts.brief_id is 'Brief that the post realizes.';
comment on column posts.script_id is 'Script variant that was rendered.';
comment on column posts.render_id is 'Finished file that was posted.';
comment on column posts.trend_id is 'Trend that the brief is about.';
comment on column posts.trend_title is 'Title of that trend.';
comment on column posts.evidence_url is 'Address of the first signal that the brief cites.';
comment on column posts.policy_version is 'Learned policy in force when the brief was chosen; null before anything was learned.';
comment on column posts.predicted_reward is 'Predicted log views relative to the account''s level; null for a variant in another shape than its brief''s.';
comment on column posts.predicted_sd is 'Standard deviation of that prediction, in log views.';
comment on column posts.propensity is 'Probability with which this archetype was chosen for its trend; null for a variant in another shape than its brief''s.';
comment on column posts.choice is 'exploit, explore, mutation or chaos: why this archetype was tried.';
comment on column posts.kpi_objective is 'The slot''s objective: reach, saves, shares or watch_through.';
comment on column posts.risk_tier is 'low, medium or high, as the policy gate saw it.';
comment on column posts.verdict is 'The policy gate''s answer: released, needs_approval or blocked.';
comment on column posts.engine is 'Engine that wrote the script.';
comment on column posts.prompt_id is 'Content hash of the prompt or grammar that it was written with.';
comment on column posts.is_ai_generated is 'Whether a generative model wrote the script.';
comment on column posts.content_hash is 'SHA-256 of all that a viewer sees, hears or reads; approvals bind to it.';
