"""`ti2v repro calibrate`: measures the true clips; the results show the error of the flow estimator."""

from pathlib import Path

import click


@click.command()
@click.option(
    "--measurements",
    type=click.Path(file_okay=False, path_type=Path),
    default=Path("docs/reproduction/measurements"),
    show_default=True,
    help="Folder with the measurements of the runs.",
)
def calibrate(measurements: Path) -> None:
    """Measure the true held-out clips as if a network had generated them.

    With an exact flow estimator, every true clip would get the best value of every measure.
    """
    import numpy as np

    from benchmark.cli.output import write_output
    from benchmark.repro.measurements import clip_measures_csv
    from benchmark.repro.paper_settings import Setting
    from benchmark.repro.report import CALIBRATION_FILE
    from models.metrics.synthetic_scores import COLUMNS, measure_clips
    from models.repro.run_configs import setting_config
    from models.training.sprite_dataset import held_out_sprites

    data = setting_config(Setting.REFERENCE).data
    clips = held_out_sprites(data)
    frames = np.stack([clip.frames for clip in clips])
    rows = measure_clips(frames, [clip.truth for clip in clips], fps=float(data.fps))
    table = clip_measures_csv(COLUMNS, [clip.pair_id for clip in clips], rows)
    measurements.mkdir(parents=True, exist_ok=True)
    path = measurements / CALIBRATION_FILE
    write_output([table.encode()], str(path))
    click.echo(path)
