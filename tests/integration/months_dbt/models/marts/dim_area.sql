select
    area_code,
    area_level,
    area_name
from {{ source('run', 'reference_areas') }}
where {{ "valid_to is null" }}
