"""The dashboards' entry point: the menu and nothing else. Run with ``xianqing serve``."""

import streamlit as st

from dashboards import layout, navigation, state

page = st.navigation(navigation.menu(layout.begin()), position="top")
state.opened(page.url_path if page.url_path not in ("", *navigation.names()) else "")
page.run()
