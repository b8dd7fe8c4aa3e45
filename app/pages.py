"""The pages people open, one router a feature."""

from app.admin.pages import router as admin
from app.annotators.pages import router as annotators
from app.gallery.pages import router as gallery
from app.generation.pages import router as jobs
from app.home.forms import router as study_forms
from app.home.pages import router as home
from app.results.figures.pages import router as figures
from app.results.pages import router as results
from app.voting.media import router as media
from app.voting.pages import router as voting

PAGES = (home, study_forms, annotators, voting, media, results, figures, gallery, jobs, admin)
