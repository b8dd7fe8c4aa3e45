// Controls the playback buttons and the scrub bar.
import { fill, part, put } from '../words.js';
import { Player } from './player.js';

/** Returns the player of the stage's two videos, which calls `onFrame` and `onAct`. */
export function mount(stage, onFrame, onAct) {
  const root = stage.querySelector('.transport');
  const control = Object.fromEntries(
    ['scrub', 'frame', 'back', 'play', 'next', 'loop', 'speed'].map((name) => [name, part(root, name)]),
  );
  const videos = [...stage.querySelectorAll('video')];
  for (const video of videos) video.controls = false;

  const player = new Player(videos, {
    onFrame: (frames, playing) => { showFrame(frames[0]); onFrame(frames, playing); },
    onState: () => showPlaying(player.playing),
    onAct,
  });

  const showFrame = (frame) => {
    control.scrub.max = player.frames - 1;
    control.scrub.value = frame;
    control.scrub.style.setProperty('--at', frame / Math.max(1, player.frames - 1));
    control.scrub.setAttribute('aria-valuetext', fill(root.dataset.textFrame, { n: frame + 1, frames: player.frames }));
    put(control.frame, `${frame + 1} / ${player.frames}`);
  };
  const showPlaying = (playing) => {
    put(control.play.querySelector('span'), playing ? control.play.dataset.textPause : control.play.dataset.textPlay);
    control.play.querySelector('use').setAttribute('href', playing ? '#i-pause' : '#i-play');
  };

  control.back.addEventListener('click', () => player.step(-1));
  control.next.addEventListener('click', () => player.step(1));
  control.play.addEventListener('click', () => player.toggle());
  control.scrub.addEventListener('input', () => player.seek(Number(control.scrub.value)));
  control.loop.addEventListener('click', () => {
    player.loop = !player.loop;
    put(control.loop.querySelector('span'), player.loop ? control.loop.dataset.textOn : control.loop.dataset.textOff);
  });
  mountSpeed(control.speed, player);
  return player;
}

function mountSpeed(button, player) {
  const speeds = button.dataset.speeds.split(' ').map(Number);
  const texts = button.dataset.texts.split(' ');
  const label = button.querySelector('span');
  const unit = label.textContent.replace(texts[0], '');
  button.addEventListener('click', () => {
    const next = (speeds.indexOf(player.rate) + 1) % speeds.length;
    player.setRate(speeds[next]);
    put(label, texts[next] + unit);
  });
}
