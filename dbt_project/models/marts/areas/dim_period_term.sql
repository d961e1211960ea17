-- The words that change with time, for whoever shows a period: pages, tables, letters, exports.
with

final as (

    select
        concept,
        language,
        written,
        term,
        region,
        confidence,
        source,
        is_whole,
        valid_from,
        valid_to
    from {{ ref('period_terms') }}

)

select * from final
