with

divisions as (

    select * from {{ ref('stg_civil_affairs__divisions') }}

),

latest as (

    select
        area_code,
        table_year,
        poverty_designation,
        exit_year,
        is_poverty_designated,
        row_number() over (
            partition by area_code, table_year
            order by period desc, valid_from_date desc
        ) as recency
    from divisions

),

final as (

    select
        area_code,
        table_year,
        poverty_designation,
        exit_year,
        is_poverty_designated
    from latest
    where recency = 1

)

select * from final
