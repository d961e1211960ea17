select 1 as lost
from (select sum(paid_cny) as paid from {{ ref('fct_payment') }}) as payments
cross join (select sum(paid_final_cny) as paid from {{ ref('kpi_fund_area_month') }}) as figures
where payments.paid is distinct from figures.paid
