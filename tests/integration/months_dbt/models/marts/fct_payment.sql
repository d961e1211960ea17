select
    paid_cny,
    payment_id,
    period
from {{ ref('stg_payments') }}
