/**
 * Which of a few languages the words of a text are in. Two detectors: tinyld for those it knows, franc for some forty more; where both have a
 * candidate franc, which knows nearly all, decides between the two. Measured against eld: docs/decisions/0014. Owns no policy and no prior.
 */
import { francAll } from "franc";
import { detectAll } from "tinyld";

/** What tinyld 1.3.4 knows, and franc 6.2's code for it. */
const ofBoth = codes(
  "af:afr am:amh ar:arb be:bel bg:bul bn:ben cs:ces da:dan de:deu el:ell en:eng es:spa et:ekk fa:pes fi:fin fr:fra gu:guj he:heb hi:hin hu:hun " +
    "hy:hye id:ind it:ita ja:jpn kk:kaz km:khm kn:kan ko:kor lt:lit lv:lvs mk:mkd mn:khk my:mya nl:nld no:nob pl:pol pt:por ro:ron ru:rus sk:slk " +
    "sr:srp sv:swe ta:tam te:tel th:tha tk:tuk tl:tgl tr:tur tt:tat uk:ukr ur:urd vi:vie yi:ydd zh:cmn",
);
/** Known to tinyld alone. */
const ofTinyld = ["eo", "ga", "is", "la"];
/** Known to franc alone. */
const ofFranc = codes(
  "az:azj bs:bos ca:cat ceb:ceb ckb:ckb gl:glg ha:hau hr:hrv ht:hat ig:ibo jv:jav ku:kmr ky:kir lb:ltz lg:lug ln:lin mg:plt mr:mar ms:zlm ne:npi " +
    "ny:nya om:gaz ps:pbu rw:kin sl:slv sn:sna so:som sq:als st:sot su:sun sw:swh tg:tgk tn:tsn ts:tso ug:uig uz:uzn wo:wol xh:xho yo:yor zu:zul",
);
const francCodes = new Map([...ofBoth, ...ofFranc]);
const tinyldKnows: ReadonlySet<string> = new Set([...ofBoth.keys(), ...ofTinyld]);
/** Written alike, or another code of the same: told by the detectors under one name. */
const aliases = new Map([
  ["nb", "no"],
  ["nn", "no"],
  ["fil", "tl"],
  ["yue", "zh"],
]);

function codes(list: string): Map<string, string> {
  return new Map(list.split(" ").map((pair) => pair.split(":") as [string, string]));
}

export type LikelyLanguage = { base: string; /** 0 to 1; all of them add up to 1 at most. */ likelihood: number };

/** Likeliest first; those that no detector knows or that nothing speaks for are missing. `bases`: base tags, as `pt` and `nb`. */
export function likelyLanguages(text: string, bases: readonly string[]): LikelyLanguage[] {
  const asked = new Map<string, string>();
  for (const base of bases) if (!asked.has(aliases.get(base) ?? base)) asked.set(aliases.get(base) ?? base, base);
  const told = (code: string, likelihood: number): LikelyLanguage => ({ base: asked.get(code) ?? code, likelihood });

  const known = [...asked.keys()].filter((code) => tinyldKnows.has(code));
  const byTinyld = known.length === 0 ? [] : detectAll(text, { only: known }).filter(({ accuracy }) => accuracy > 0);
  const plain = byTinyld.map(({ lang, accuracy }) => told(lang, accuracy));
  if (known.length === asked.size) return plain;

  const [best] = shares(text, [...asked.keys()]);
  // Unless its first choice is one of the others, franc, the weaker of the two, is not believed.
  if (best === undefined || tinyldKnows.has(best.code)) return plain;
  const rival = byTinyld[0]?.lang;
  if (rival === undefined) return [told(best.code, best.share)];
  if (!francCodes.has(rival)) return plain;
  return shares(text, [best.code, rival]).map(({ code, share }) => told(code, share));
}

/** How franc divides its votes among these languages. */
function shares(text: string, languages: readonly string[]): { code: string; share: number }[] {
  const ours = new Map(languages.flatMap((code) => (francCodes.has(code) ? [[francCodes.get(code) ?? "", code]] : [])));
  const votes = francAll(text, { only: [...ours.keys()], minLength: 1 }).flatMap(([code, score]) => {
    const own = ours.get(code);
    return own === undefined ? [] : [{ code: own, score }];
  });
  const all = votes.reduce((sum, { score }) => sum + score, 0);
  return all === 0 ? [] : votes.map(({ code, score }) => ({ code, share: score / all }));
}
