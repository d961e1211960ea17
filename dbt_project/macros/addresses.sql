{#
    The address of rows that were put together into one, for a select list: the least receipt, sheet and row number, each
    by itself. `of` names the relation where there are several.
#}
{% macro first_address(of=none) %}
    {%- set at = of ~ '.' if of else '' %}
        min({{ at }}receipt_id) as receipt_id,
        min({{ at }}source_sheet) as source_sheet,
        min({{ at }}source_row) as source_row
{%- endmacro %}
