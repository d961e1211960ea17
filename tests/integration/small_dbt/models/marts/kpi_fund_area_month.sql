select
    '1' as method_version,
    period,
    'county' as area_level,
    '530323000000' as area_id,
    'all' as group_type,
    'all' as group_id,
    cast(sum(paid_cny) as decimal(18, 2)) as paid_final_cny
from {{ source('bronze', 'raw_finance__fund_payment') }}
where period <= '{{ var("as_of_period", "2000-01") }}'
group by period
