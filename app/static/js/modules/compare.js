// Plays the clips of a pair in sync: they start, stop and seek together; a shorter clip waits at its last frame.
import { fill, part, put } from '../words.js';

// A clip that drifts more than this from the clock is seeked; seeking for smaller drifts would cause more
// stutter.
const DRIFT_S = 0.12;

export function mount(root) {
  const videos = [...root.querySelectorAll('video')];
  const control = Object.fromEntries(
    ['scrub', 'time', 'back', 'play', 'next'].map((name) => [name, part(root, name)]),
  );
  const duration = Number(root.dataset.durationMs) / 1000;
  const frame = Number(root.dataset.frameMs) / 1000;
  let playing = false;
  let startedAt = 0; // time of clock 0, in seconds of performance.now()

  const now = () => performance.now() / 1000;
  const at = () => Number(control.scrub.value) / 1000;
  const end = (video) => Math.max(0, (video.duration || duration) - frame / 2);

  function show(time) {
    control.scrub.value = time * 1000;
    control.scrub.style.setProperty('--at', duration ? time / duration : 0);
    put(control.time, fill(control.time.dataset.text, { s: time.toFixed(1) }));
    control.scrub.setAttribute('aria-valuetext', control.time.textContent);
  }

  function showPlaying() {
    put(control.play.querySelector('span'), playing ? control.play.dataset.textPause : control.play.dataset.textPlay);
    control.play.querySelector('use').setAttribute('href', playing ? '#i-pause' : '#i-play');
  }

  function pause() {
    playing = false;
    for (const video of videos) video.pause();
    showPlaying();
  }

  function seek(time) {
    pause();
    const target = Math.max(0, Math.min(duration, time));
    // The middle of a frame, to be safe from rounding.
    for (const video of videos) video.currentTime = Math.min(target + frame / 2, end(video));
    show(target);
  }

  function play() {
    const from = at() >= duration - frame ? 0 : at();
    for (const video of videos) video.currentTime = Math.min(from, end(video));
    startedAt = now() - from;
    playing = true;
    for (const video of videos) video.play().catch(() => {}); // A clip that cannot play must not stop the other clips.
    showPlaying();
    requestAnimationFrame(tick);
  }

  function tick() {
    if (!playing) return;
    const time = now() - startedAt;
    if (time >= duration) {
      show(0);
      return void play();
    }
    show(time);
    for (const video of videos) follow(video, time);
    requestAnimationFrame(tick);
  }

  function follow(video, time) {
    if (video.seeking || time > end(video)) return;
    if (Math.abs(video.currentTime - time) > DRIFT_S) video.currentTime = time;
    if (video.paused && !video.ended) video.play().catch(() => {});
  }

  for (const video of videos) video.controls = false;
  control.play.addEventListener('click', () => (playing ? pause() : play()));
  control.back.addEventListener('click', () => seek(at() - frame));
  control.next.addEventListener('click', () => seek(at() + frame));
  control.scrub.addEventListener('input', () => seek(at()));
}
