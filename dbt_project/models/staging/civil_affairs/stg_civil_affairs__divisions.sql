with

source as (

    select * from {{ source('bronze', 'raw_civil_affairs__region') }}

),

renamed as (

    select
        -- keys
        area_code,
        parent_code,
        successor_code,
        -- text
        township_name,
        village_name,
        former_name,
        denominator_definition,
        poverty_designation,
        macro_region,
        -- numbers
        table_year,
        land_area_km2,
        population_count,
        rural_registered_population_count,
        minority_population_count,
        group_count,
        exit_year,
        -- booleans
        is_exited_village,
        is_key_support_village,
        -- dates
        valid_from_date,
        valid_to_date,
        exit_approved_date,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select
        *,
        coalesce(poverty_designation like '%贫困%' and poverty_designation not like '非%', false) as is_poverty_designated
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
