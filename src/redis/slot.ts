/** A cluster has this many slots; each is served by one master. */
const SLOTS = 16_384;
/** CRC16/XMODEM, as the cluster specification has it. */
const POLYNOMIAL = 0x1021;

const crcOfByte = Uint16Array.from({ length: 256 }, (_, byte) => {
  let crc = byte << 8;
  for (let bit = 0; bit < 8; bit += 1)
    crc = ((crc & 0x8000) === 0 ? crc << 1 : (crc << 1) ^ POLYNOMIAL) & 0xffff;
  return crc;
});

/** The cluster slot of a key: of what is between its first braces if it has any, otherwise of the whole key. */
export function slotOf(key: string): number {
  const tag = /^[^{]*\{([^}]+)\}/.exec(key)?.[1];
  let crc = 0;
  for (const byte of Buffer.from(tag ?? key))
    crc = ((crc << 8) ^ (crcOfByte[(crc >> 8) ^ byte] ?? 0)) & 0xffff;
  return crc % SLOTS;
}
