import { isAmong } from '../../kernel/ip.ts';
import { baseUrls, checkSignature, type SignatureCheck } from '../vobiz/signature.ts';

type Sender = { address: string; path: string; headers: SignatureCheck['headers'] };
type Admitting = {
  allowedIps: readonly string[];
  signatureMode: 'required' | 'if_present' | 'off';
  authTokens: readonly string[];
};

/** The nonces to use up, or null when the sender may not post: its address, or its signature. */
export function admit(request: Sender, account: Admitting, publicUrl: string): string[] | null {
  if (account.allowedIps.length > 0 && !isAmong(request.address, account.allowedIps)) return null;
  if (account.signatureMode === 'off') return [];
  const check = checkSignature({
    headers: request.headers,
    urls: baseUrls(publicUrl, request.path),
    tokens: account.authTokens,
  });
  if (check.outcome === 'valid') return check.nonces;
  return check.outcome === 'unsigned' && account.signatureMode === 'if_present' ? [] : null;
}
