// Packs files into a ZIP file without compression. Source: PKWARE, APPNOTE.TXT 6.3.10, section 4.3.

const CHUNK_BYTES = 8 * 2 ** 20;
const VERSION = 20;
const UTF8_NAMES = 0x800;
const DATE = 0x21; // 1980-01-01, so that the same folder gives the same bytes
const CRC = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let bit = 0; bit < 8; bit += 1) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/**
 * Resolves to a Blob with the files, an array of {path, file}. The Blob refers to the files and does not copy them.
 * The files must have less than 4 GiB together, and there must be at most 65,535 files.
 */
export async function zipOf(files) {
  const parts = [];
  const directory = [];
  let offset = 0;
  for (const { path, file } of files) {
    const name = new TextEncoder().encode(path);
    const facts = [UTF8_NAMES, 0, 0, DATE, [await crc32(file), 4], [file.size, 4], [file.size, 4], name.length, 0];
    const header = bytesOf([[0x04034b50, 4], VERSION, ...facts]);
    directory.push(bytesOf([[0x02014b50, 4], VERSION, VERSION, ...facts, 0, 0, 0, [0, 4], [offset, 4]]), name);
    parts.push(header, name, file);
    offset += header.length + name.length + file.size;
  }
  const size = directory.reduce((sum, part) => sum + part.length, 0);
  const end = bytesOf([[0x06054b50, 4], 0, 0, files.length, files.length, [size, 4], [offset, 4], 0]);
  return new Blob([...parts, ...directory, end], { type: 'application/zip' });
}

/** Returns little-endian numbers; each is a number of 2 bytes, or [number, bytes]. */
function bytesOf(numbers) {
  const bytes = [];
  for (const each of numbers) {
    const [value, width = 2] = [each].flat();
    for (let byte = 0; byte < width; byte += 1) bytes.push((value >>> (8 * byte)) & 0xff);
  }
  return Uint8Array.from(bytes);
}

async function crc32(file) {
  let value = 0xffffffff;
  for (let start = 0; start < file.size; start += CHUNK_BYTES) {
    const bytes = new Uint8Array(await file.slice(start, start + CHUNK_BYTES).arrayBuffer());
    for (const byte of bytes) value = CRC[(value ^ byte) & 0xff] ^ (value >>> 8);
  }
  return (value ^ 0xffffffff) >>> 0;
}
