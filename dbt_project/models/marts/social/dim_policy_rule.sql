-- The rules that tell who is entitled to a policy, for the page that shows them; the smallest region that has one wins.
with

final as (

    select
        policy_name,
        region,
        unit,
        register_scope,
        confidence,
        source,
        grade_max,
        age_min,
        age_max,
        is_exclusive,
        valid_from,
        valid_to
    from {{ ref('policy_entitlements') }}

)

select * from final
