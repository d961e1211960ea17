select
    years.calendar_year,
    bars.bar_share,
    cast((select count(*) from {{ ref('dim_area') }}) as bigint) as area_count
from {{ ref('int_years') }} as years
left join {{ ref('bars') }} as bars
    on years.calendar_year = bars.calendar_year
