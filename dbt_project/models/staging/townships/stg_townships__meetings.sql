with

source as (

    select * from {{ source('bronze', 'raw_townships__meetings') }}

),

renamed as (

    select
        -- keys
        meeting_id,
        cadre_key,
        -- text
        meeting_kind,
        host_rank,
        township_name,
        village_name,
        -- numbers
        participant_count,
        -- dates
        meeting_date,
        -- load metadata
        period,
        receipt_id,
        source_sheet,
        source_row
    from source

),

final as (

    select *
    from renamed
    where period <= {{ as_of_period() }}

)

select * from final
