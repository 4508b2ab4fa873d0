"""Everything besides `app.py`, `asgi.py` and `pages/` that may know Streamlit."""
