/** Enough to play and to sniff; a day of recording is not a gigabyte here. */
const MOST_SECONDS = 60;
const RATE = 8_000;

/** A tone in 8-bit PCM, as long as what it stands for. */
export function wavFile(milliseconds: number): Buffer {
  const samples = Math.min(Math.ceil(milliseconds / 1_000), MOST_SECONDS) * RATE;
  const file = Buffer.alloc(44 + samples);
  file.write('RIFF', 0, 'latin1');
  file.writeUInt32LE(36 + samples, 4);
  file.write('WAVEfmt ', 8, 'latin1');
  file.writeUInt32LE(16, 16);
  file.writeUInt16LE(1, 20);
  file.writeUInt16LE(1, 22);
  file.writeUInt32LE(RATE, 24);
  file.writeUInt32LE(RATE, 28);
  file.writeUInt16LE(1, 32);
  file.writeUInt16LE(8, 34);
  file.write('data', 36, 'latin1');
  file.writeUInt32LE(samples, 40);
  for (let place = 0; place < samples; place += 1) {
    file[44 + place] = 128 + Math.round(60 * Math.sin((2 * Math.PI * 440 * place) / RATE));
  }
  return file;
}

/** Silence in MPEG 2.5 Layer III at 8 kHz and 8 kbit/s: frames of 72 bytes, which hold 576 samples each. */
export function mp3File(milliseconds: number): Buffer {
  const seconds = Math.min(Math.ceil(milliseconds / 1_000), MOST_SECONDS);
  const frame = Buffer.alloc(72);
  frame.set([0xff, 0xe3, 0x18, 0xc4]);
  return Buffer.concat(Array.from({ length: Math.max(1, Math.ceil((seconds * RATE) / 576)) }, () => frame));
}
