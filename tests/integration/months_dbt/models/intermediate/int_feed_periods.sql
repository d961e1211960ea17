select distinct
    feed,
    period
from {{ source('run', 'ops_deliveries') }}
where is_current and period <= {{ as_of_period() }}
