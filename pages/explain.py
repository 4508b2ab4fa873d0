"""Why a product stands where it stands or is not there, one list as a whole, the whole model."""

from ui import explain_question, explain_views, frame
from ui.components import filter_bar, page_header
from ui.explain_list import draw_list
from ui.explain_model import draw_model
from ui.wording import t

page_header(t("Explain"), t("Why a product stands where it stands, or is not there; one list; the whole model."))
model = frame.require_model()
view = explain_question.view_control()

if view == explain_question.MODEL:
    draw_model(model)
else:
    with filter_bar():
        question = explain_question.ask(model, view)
    if view == explain_question.LIST:
        draw_list(question)
    elif view == explain_question.MISSING:
        explain_views.not_here(question)
    else:
        explain_views.one_product(question)
