/** What may be said to whoever calls; a tenant may say each of it in its own words, in any language. */
export const announcementKeys = [
  'connecting',
  'over',
  'number_changed',
  'not_connected',
  'unavailable',
  'not_allowed',
  'busy',
  'no_answer',
  'not_reached',
  'failed',
  'recording_consent',
  'voicemail_prompt',
  'rating_prompt',
  'goodbye',
  'outside_hours',
  'too_many_calls',
] as const;
export type AnnouncementKey = (typeof announcementKeys)[number];

/** By the language without its country. English is what all others fall back to. */
export const texts: Readonly<Record<'en' | 'hi', Readonly<Record<AnnouncementKey, string>>>> = {
  en: {
    connecting: 'Connecting your call.',
    over: 'This connection is over. The number is no longer in use for your order. Goodbye.',
    number_changed:
      'The number of your contact has changed. Please call the new number that you were given. Goodbye.',
    not_connected: 'This number is not connected to your phone. Goodbye.',
    unavailable: 'This service is not available at the moment. Goodbye.',
    not_allowed: 'Calls in this direction are not possible. You will be called. Goodbye.',
    busy: 'The person that you are calling is on another call and cannot be reached. Please try again later.',
    no_answer:
      'The person that you are calling does not answer and cannot be reached. Please try again later.',
    not_reached: 'The person that you are calling cannot be reached at the moment. Please try again later.',
    failed: 'Your call cannot be connected at the moment. Please try again in a minute.',
    recording_consent: 'This call is recorded. If you do not agree, please hang up now.',
    voicemail_prompt: 'Please leave a message after the tone. Press the hash key when you are done.',
    rating_prompt: 'How was this call? Please press a key from 1, very bad, to 5, very good.',
    goodbye: 'Thank you. Goodbye.',
    outside_hours:
      'The person that you are calling is not available at this time of day. Please call again later. Goodbye.',
    too_many_calls: 'You have called often within a short time. Please try again later. Goodbye.',
  },
  hi: {
    connecting: 'आपकी कॉल जोड़ी जा रही है।',
    over: 'यह संपर्क समाप्त हो चुका है। यह नंबर अब आपके ऑर्डर के लिए उपलब्ध नहीं है। धन्यवाद।',
    number_changed: 'आपके संपर्क का नंबर बदल गया है। कृपया आपको दिए गए नए नंबर पर कॉल करें। धन्यवाद।',
    not_connected: 'यह नंबर आपके फ़ोन से जुड़ा नहीं है। धन्यवाद।',
    unavailable: 'यह सेवा अभी उपलब्ध नहीं है। धन्यवाद।',
    not_allowed: 'इस दिशा में कॉल करना संभव नहीं है। आपको कॉल की जाएगी। धन्यवाद।',
    busy: 'आप जिन्हें कॉल कर रहे हैं वे दूसरी कॉल पर व्यस्त हैं। कृपया कुछ देर बाद फिर कॉल करें।',
    no_answer: 'आप जिन्हें कॉल कर रहे हैं वे उत्तर नहीं दे रहे हैं। कृपया कुछ देर बाद फिर कॉल करें।',
    not_reached: 'आप जिन्हें कॉल कर रहे हैं उनसे अभी संपर्क नहीं हो सकता। कृपया कुछ देर बाद फिर कॉल करें।',
    failed: 'आपकी कॉल अभी नहीं जोड़ी जा सकती। कृपया एक मिनट बाद फिर कॉल करें।',
    recording_consent: 'यह कॉल रिकॉर्ड की जा रही है। यदि आप सहमत नहीं हैं तो कृपया अभी फ़ोन रख दें।',
    voicemail_prompt: 'कृपया बीप के बाद अपना संदेश बोलें। समाप्त होने पर हैश दबाएँ।',
    rating_prompt: 'यह कॉल कैसी रही? कृपया 1, बहुत ख़राब, से 5, बहुत अच्छी, तक कोई एक अंक दबाएँ।',
    goodbye: 'धन्यवाद। नमस्ते।',
    outside_hours: 'आप जिन्हें कॉल कर रहे हैं वे इस समय उपलब्ध नहीं हैं। कृपया बाद में फिर कॉल करें। धन्यवाद।',
    too_many_calls: 'आपने थोड़े समय में कई बार कॉल की है। कृपया कुछ देर बाद फिर प्रयास करें। धन्यवाद।',
  },
};
