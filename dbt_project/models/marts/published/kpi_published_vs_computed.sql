-- The list only: a run fills agreement and the values when all other tables stand, and keeps its own place
-- (pipelines/checking/comparison.py). A model that read every table would have to be built anew with each of them.
with

figures as (

    select * from {{ ref('published_figures') }}

),

final as (

    select
        '{{ var("method_version") }}' as method_version,
        place,
        period,
        indicator,
        area_level,
        unit as unit_name,
        sentence_ref,
        computable as availability,
        case when model is null then 'not_computable' else 'not_compared' end as agreement,
        model as mart_name,
        "column" as mart_column,
        filter as mart_filter,
        note,
        printed_digits,
        cast(null as double) as county_scale,
        cast(value as decimal(30, 10)) as printed_value,
        cast(null as decimal(30, 10)) as expected_value,
        cast(null as decimal(30, 10)) as computed_value,
        cast(null as decimal(30, 10)) as difference_value,
        cast(null as decimal(30, 10)) as tolerance_value
    from figures

)

select * from final
