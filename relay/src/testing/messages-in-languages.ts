/** Short messages of customers in many languages, our own; nothing is tuned on them. For tests and measurements of telling languages apart. */

/** Two messages each, by base tag. */
export const messagesInLanguages: Readonly<Record<string, readonly [string, string]>> = {
  af: ["Waar is my bestelling, asseblief?", "Ek wil graag hierdie lamp terugstuur"],
  am: ["ትዕዛዜ የት ነው?", "ይህን መብራት መመለስ እፈልጋለሁ"],
  ar: ["أين طلبي من فضلك؟", "أريد إرجاع هذا المصباح"],
  az: ["Mənim sifarişim haradadır?", "Bu lampanı geri qaytarmaq istəyirəm"],
  be: ["Дзе мая замова, калі ласка?", "Я хачу вярнуць гэтую лямпу"],
  bg: ["Къде е моята поръчка?", "Искам да върна тази лампа"],
  bn: ["আমার অর্ডার কোথায়?", "আমি এই বাতিটি ফেরত দিতে চাই"],
  ca: ["On és la meva comanda, si us plau?", "Vull tornar aquest llum perquè no funciona"],
  cs: ["Kde je moje objednávka?", "Chci vrátit tuto lampu"],
  da: ["Hvor er min bestilling henne?", "Jeg vil gerne returnere denne lampe"],
  de: ["Wo bleibt denn meine Bestellung?", "Ich möchte diese Lampe zurückgeben"],
  el: ["Πού είναι η παραγγελία μου;", "Θέλω να επιστρέψω αυτή τη λάμπα"],
  en: ["Where has my order got to?", "I would like to send this lamp back"],
  es: ["¿Dónde está mi pedido?", "Quiero devolver esta lámpara"],
  et: ["Kus on minu tellimus?", "Ma soovin selle lambi tagastada"],
  fa: ["سفارش من کجاست؟", "می‌خواهم این چراغ را پس بدهم"],
  fi: ["Missä tilaukseni on?", "Haluan palauttaa tämän lampun"],
  fil: ["Nasaan na ang order ko?", "Gusto kong ibalik ang lamparang ito"],
  fr: ["Où est passée ma commande ?", "Je voudrais retourner cette lampe"],
  gl: ["Onde está o meu pedido?", "Quero devolver esta lámpada porque non funciona"],
  gu: ["મારો ઓર્ડર ક્યાં છે?", "મારે આ દીવો પાછો આપવો છે"],
  ha: ["Ina odar da na yi take?", "Ina so in mayar da wannan fitila"],
  he: ["איפה ההזמנה שלי?", "אני רוצה להחזיר את המנורה הזאת"],
  hi: ["मेरा ऑर्डर कहाँ है?", "मैं यह लैंप वापस करना चाहता हूँ"],
  hr: ["Gdje je moja narudžba?", "Želim vratiti ovu svjetiljku"],
  hu: ["Hol van a rendelésem?", "Szeretném visszaküldeni ezt a lámpát"],
  hy: ["Որտե՞ղ է իմ պատվերը", "Ուզում եմ վերադարձնել այս լամպը"],
  id: ["Di mana pesanan saya?", "Saya ingin mengembalikan lampu ini"],
  ig: ["Kedu ebe ihe m zụrụ dị?", "Achọrọ m iweghachi oriọna a"],
  is: ["Hvar er pöntunin mín?", "Ég vil skila þessum lampa"],
  it: ["Dove si trova il mio ordine?", "Vorrei restituire questa lampada"],
  ja: ["注文した品はどこですか", "このランプを返品したいです"],
  ka: ["სად არის ჩემი შეკვეთა?", "მინდა ამ ნათურის დაბრუნება"],
  kk: ["Менің тапсырысым қайда?", "Мен бұл шамды қайтарғым келеді"],
  km: ["តើការបញ្ជាទិញរបស់ខ្ញុំនៅឯណា?", "ខ្ញុំចង់ប្រគល់ចង្កៀងនេះវិញ"],
  kn: ["ನನ್ನ ಆರ್ಡರ್ ಎಲ್ಲಿದೆ?", "ನಾನು ಈ ದೀಪವನ್ನು ಹಿಂದಿರುಗಿಸಬೇಕು"],
  ko: ["제 주문은 어디에 있나요?", "이 램프를 반품하고 싶어요"],
  ky: ["Менин буйрутмам кайда?", "Мен бул чыракты кайтаргым келет"],
  lo: ["ການສັ່ງຊື້ຂອງຂ້ອຍຢູ່ໃສ?", "ຂ້ອຍຢາກສົ່ງໂຄມໄຟນີ້ຄືນ"],
  lt: ["Kur yra mano užsakymas?", "Noriu grąžinti šią lempą"],
  lv: ["Kur ir mans pasūtījums?", "Es vēlos atgriezt šo lampu"],
  mk: ["Каде е мојата нарачка?", "Сакам да ја вратам оваа ламба"],
  ml: ["എന്റെ ഓർഡർ എവിടെയാണ്?", "എനിക്ക് ഈ വിളക്ക് തിരികെ നൽകണം"],
  mn: ["Миний захиалга хаана байна?", "Би энэ чийдэнг буцаамаар байна"],
  mr: ["माझी ऑर्डर कुठे आहे?", "मला हा दिवा परत करायचा आहे"],
  ms: ["Di manakah pesanan saya berada?", "Saya mahu memulangkan lampu ini kerana ia rosak"],
  my: ["ကျွန်တော့်အော်ဒါ ဘယ်မှာလဲ", "ဒီမီးအိမ်ကို ပြန်ပေးချင်ပါတယ်"],
  ne: ["मेरो अर्डर कहाँ छ?", "म यो बत्ती फिर्ता गर्न चाहन्छु"],
  nb: ["Hvor er bestillingen min nå?", "Jeg ønsker å returnere denne lampen"],
  nl: ["Waar blijft mijn bestelling?", "Ik wil deze lamp graag terugsturen"],
  pa: ["ਮੇਰਾ ਆਰਡਰ ਕਿੱਥੇ ਹੈ?", "ਮੈਂ ਇਹ ਦੀਵਾ ਵਾਪਸ ਕਰਨਾ ਚਾਹੁੰਦਾ ਹਾਂ"],
  pl: ["Gdzie jest moje zamówienie?", "Chcę zwrócić tę lampę"],
  pt: ["Onde está a minha encomenda?", "Quero devolver este candeeiro"],
  ro: ["Unde este comanda mea?", "Vreau să returnez această lampă"],
  ru: ["Где мой заказ, подскажите?", "Я хочу вернуть эту лампу"],
  si: ["මගේ ඇණවුම කොහෙද?", "මට මේ ලාම්පුව ආපසු දීමට අවශ්‍යයි"],
  sk: ["Kde je moja objednávka?", "Chcem vrátiť túto lampu"],
  sl: ["Kje je moje naročilo?", "Rad bi vrnil to svetilko"],
  so: ["Aaway dalabkaygii aan dalbaday?", "Waxaan rabaa inaan soo celiyo laambaddan"],
  sq: ["Ku është porosia ime?", "Dua ta kthej këtë llambë"],
  sr: ["Где је моја поруџбина?", "Желим да вратим ову лампу"],
  sv: ["Var är min beställning någonstans?", "Jag vill lämna tillbaka den här lampan"],
  sw: ["Agizo langu liko wapi?", "Ninataka kurudisha taa hii"],
  ta: ["என் ஆர்டர் எங்கே?", "இந்த விளக்கை திருப்பி அனுப்ப விரும்புகிறேன்"],
  te: ["నా ఆర్డర్ ఎక్కడ ఉంది?", "నేను ఈ దీపాన్ని తిరిగి ఇవ్వాలనుకుంటున్నాను"],
  th: ["คำสั่งซื้อของฉันอยู่ที่ไหน", "ฉันอยากคืนโคมไฟนี้"],
  tr: ["Siparişim nerede kaldı acaba?", "Bu lambayı iade etmek istiyorum"],
  uk: ["Де моє замовлення, скажіть?", "Я хочу повернути цю лампу"],
  ur: ["میرا آرڈر کہاں ہے؟", "میں یہ لیمپ واپس کرنا چاہتا ہوں"],
  uz: ["Mening buyurtmam qayerda?", "Men bu chiroqni qaytarmoqchiman"],
  vi: ["Đơn hàng của tôi đang ở đâu?", "Tôi muốn trả lại chiếc đèn này"],
  yo: ["Níbo ni ọjà tí mo rà wà?", "Mo fẹ́ dá fìtílà yìí padà"],
  zh: ["请问我的订单在哪里", "我想退掉这盏灯"],
  zu: ["Iphi i-oda yami engiyithengile?", "Ngifuna ukubuyisela leli lambu"],
};

/** One message on a site, by a visitor whose browser says nothing of its language. */
export type MessageOnSite = { text: string; language: string; siteLanguages: readonly string[] };

/** Every message on a site of `size` languages, English among them. */
export function messagesOnSites(size: number): MessageOnSite[] {
  return Object.entries(messagesInLanguages).flatMap(([language, texts]) =>
    texts.map((text, turn) => ({ text, language, siteLanguages: siteOf(language, size, turn) })),
  );
}
/** Always the same choice of neighbours, other ones for each message: a stride that shares no factor with the number of languages. */
function siteOf(language: string, size: number, turn: number): string[] {
  const languages = Object.keys(messagesInLanguages);
  const others = languages.filter((one) => one !== language && one !== "en");
  const start = languages.indexOf(language) * 11 + turn * 29;
  const picked = Array.from({ length: size }, (_, index) => others[(start + index * 13) % others.length] ?? "");
  return [...new Set(["en", language, ...picked])].slice(0, size);
}
