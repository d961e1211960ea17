"""The dashboards' entry point: the order of the pages and nothing else. Run with ``xianqing serve``."""

import streamlit as st

from dashboards import layout

PAGES = (
    "overview",
    "exit",
    "funds",
    "income",
    "homes",
    "work",
    "quality",
    "files",
    "inspect",
    "factcheck",
)

words = layout.begin()
st.navigation(
    [
        st.Page(f"pages/{name}.py", title=words(f"{name}.name"), url_path=name, default=name == PAGES[0])
        for name in PAGES
    ],
    position="top",
).run()
