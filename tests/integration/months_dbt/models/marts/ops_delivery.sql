select
    receipt_id,
    feed,
    period,
    verdict,
    is_current,
    accepted_count
from {{ source('run', 'ops_deliveries') }}
