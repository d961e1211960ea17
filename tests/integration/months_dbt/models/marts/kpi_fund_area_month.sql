select
    '1' as method_version,
    payments.period,
    'county' as area_level,
    '530323000000' as area_id,
    'all' as group_type,
    'all' as group_id,
    cast(sum(payments.paid_cny) as decimal(18, 2)) as paid_final_cny,
    {{ in_wan('sum(payments.paid_cny)') }} as paid_final_wan,
    max(bars.bar_share) as bar_share
from {{ ref('fct_payment') }} as payments
left join {{ ref('bars') }} as bars
    on substr(payments.period, 1, 4) = bars.calendar_year
group by payments.period
