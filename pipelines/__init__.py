"""Everything from a department's file to a published release; dashboards only read what comes out."""
