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
  let last = 0; // the latest known position since the last seek, in seconds, and the time when it was read
  let lastAt = performance.now();
  let hasJumped = false; // whether the next frame follows a seek
  let request = 0;
  const note = (kind) => playback.note(clip.dataset.media, kind, 1000 * clip.currentTime);
  const read = () => {
    last = clip.currentTime;
    lastAt = performance.now();
  };
  const look = () => {
    if (!clip.seeking) {
      // The event of a loop can arrive after the first frames of the next round; it needs the position before the loop.
      if (clip.currentTime >= last) read();
      const frame = Math.min(frames - 1, Math.floor(clip.currentTime * fps + 1e-3));
      if (count.note(frame, !clip.paused && !hasJumped)) note('complete');
      hasJumped = false;
    }
    if (!clip.paused) request = requestAnimationFrame(look);
  };
  clip.addEventListener('play', () => {
    note('play');
    cancelAnimationFrame(request); // a pause and a new start within one screen frame
    read();
    look();
  });
  clip.addEventListener('pause', () => note('pause'));
  clip.addEventListener('seeking', () => {
    // A busy browser can skip the frames before the end and deliver this event late.
    const expected = last + clip.playbackRate * (performance.now() - lastAt) / 1000;
    const isLoop = !clip.paused && clip.currentTime < expected - clip.duration + LOOP_S;
    if (!isLoop) {
      hasJumped = true;
      note('seek');
    }
    read();
  });
}
