{#
    The address of rows that were put together into one, for a select list: the first row by receipt, sheet and row number,
    all three of the same row. `of` names the relation where there are several, `among` a condition on the rows.
#}
{% macro first_address(of=none, among=none) %}
    {%- set at = of ~ '.' if of else '' %}
    {%- set first -%}
        (min(struct_pack(receipt := {{ at }}receipt_id, sheet := {{ at }}source_sheet, line := {{ at }}source_row))
        {%- if among %} filter (where {{ among }}){% endif %})
    {%- endset %}
        {{ first }}.receipt as receipt_id,
        {{ first }}.sheet as source_sheet,
        {{ first }}.line as source_row
{%- endmacro %}
