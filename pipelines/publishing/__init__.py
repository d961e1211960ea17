"""From an audited build file to a release that readers may open: lease, publication, releases, status."""
