-- What the four sources add to the mean is its change.
select
    period,
    area_id,
    group_type,
    group_id,
    sum(contribution_per_head_cny) as contribution_cny,
    max(mean_change_per_head_cny) as change_cny
from {{ ref('kpi_income_source_area_year') }}
group by period, area_id, group_type, group_id
having abs(sum(contribution_per_head_cny) - max(mean_change_per_head_cny)) > 0.001
