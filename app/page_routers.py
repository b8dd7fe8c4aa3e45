"""Lists the routers of all HTML pages; each feature has one router."""

from app.annotators.overview_routes import router as all_annotators
from app.annotators.routes import router as annotators
from app.audit_log.routes import router as audit_log
from app.benchmark_import.routes import router as benchmarks
from app.dashboard.history_routes import router as histories
from app.dashboard.preview_routes import router as previews
from app.dashboard.routes import router as dashboards
from app.gallery.benchmark_routes import router as benchmark
from app.gallery.routes import router as gallery
from app.gold_clips.routes import router as gold_clips
from app.home.routes import router as home
from app.installation.routes import router as installation
from app.invitations.language_routes import router as languages
from app.invitations.link_routes import router as links
from app.invitations.register_routes import router as register
from app.invitations.routes import router as invitations
from app.jobs.routes import router as jobs
from app.metrics.routes import router as metrics
from app.openid.routes import router as openid
from app.people.routes import router as people
from app.phases.owner_routes import router as crowd
from app.phases.quiz_routes import router as quiz
from app.phases.routes import router as phases
from app.platforms.frame_routes import router as platform_frames
from app.platforms.routes import router as platforms
from app.results.figures.routes import router as figures
from app.results.routes import router as results
from app.studies.change_routes import router as study_changes
from app.studies.form_routes import router as study_form
from app.studies.routes import router as studies
from app.study_comparison.routes import router as comparison
from app.submissions.routes import router as submissions
from app.tasks.routes import router as tasks
from app.video_models.deletion_routes import router as model_deletion
from app.video_models.routes import router as models
from app.video_models.submission_routes import router as submission
from app.vote_merge.routes import router as merges
from app.voting.media_routes import router as media
from app.voting.routes import router as voting

PAGES = (
    home,
    installation,
    openid,
    study_form,
    studies,
    study_changes,
    merges,
    comparison,
    previews,
    dashboards,
    histories,
    submissions,
    gold_clips,
    metrics,
    submission,
    models,
    model_deletion,
    languages,
    links,
    register,
    invitations,
    phases,
    crowd,
    quiz,
    platforms,
    platform_frames,
    voting,
    media,
    results,
    figures,
    benchmarks,
    benchmark,
    gallery,
    jobs,
    audit_log,
    annotators,
    all_annotators,
    tasks,
    people,
)
