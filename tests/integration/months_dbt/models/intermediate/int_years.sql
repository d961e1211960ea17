select distinct substr(period, 1, 4) as calendar_year
from {{ ref('int_feed_periods') }}
