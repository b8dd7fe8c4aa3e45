// Reports play, pause, seek and completion of the clips of a quiz question.
import { FrameCount } from '../voting/frame_count.js';
import { Playback } from '../voting/playback.js';

// A clip that starts again in a loop also seeks to its start.
const LOOP_S = 0.5;

export function mount(root) {
  const { playbackUrl, fps, frames } = root.dataset;
  const playback = new Playback(() => playbackUrl);
  playback.start('');
  for (const clip of root.querySelectorAll('video')) follow(clip, Number(fps), Number(frames), playback);
}

function follow(clip, fps, frames, playback) {
  const count = new FrameCount();
  count.start(frames);
  let last = 0; // the position that was seen last, in seconds, and the time when it was seen
  let lastAt = performance.now();
  const note = (kind) => playback.note(clip.dataset.media, kind, 1000 * clip.currentTime);
  const look = () => {
    last = clip.currentTime;
    lastAt = performance.now();
    const frame = Math.min(frames - 1, Math.floor(last * fps + 1e-3));
    if (count.note(frame, !clip.paused)) note('complete');
    if (!clip.paused) requestAnimationFrame(look);
  };
  clip.addEventListener('play', () => { note('play'); look(); });
  clip.addEventListener('pause', () => note('pause'));
  clip.addEventListener('seeking', () => {
    // A busy browser can skip the frames before the end, so the position is computed from the last one seen.
    const expected = last + clip.playbackRate * (performance.now() - lastAt) / 1000;
    const isLoop = !clip.paused && clip.currentTime < LOOP_S && expected > clip.duration - LOOP_S;
    if (!isLoop) note('seek');
  });
}
