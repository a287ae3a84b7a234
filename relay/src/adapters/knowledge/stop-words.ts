/** Words that say nothing about the subject, for the languages the widget speaks. In the normal form of `words.ts`. Short on purpose: rarity weights do the rest. */
export const STOP_WORDS: ReadonlySet<string> = new Set(
  [
    "a an and any are as at be been but by can could did do does for from get got had has have he hello hey hi how i if in is it its m me my no not of on or our please s she so t than that the their them there these they this to us was we were what when where which who will with would you your",
    "al algo como con cual cuando de del donde el ella en era es esa ese eso esta este esto ha hay he hola la las le les lo los me mi mis muy no nos o para pero por porque puedo que quiero se ser si sin son su sus te tengo tu tus un una unos y ya yo",
    "aber als am an auch auf aus bei bin bis bitte da das dass dem den der des die dies diese doch ein eine einem einen einer er es fur habe haben hallo hat ich ihr ihre im in ist ja kann konnen man mein meine mich mir mit muss nach nicht noch nur ob oder sich sie sind so uber um und uns von vor war was wann wenn werden wie wir wird wo zu zum zur",
    "a ai aux avec bonjour c ce ces cette comment d dans de des du elle en est et eu il ils j je l la le les leur ma mais me mes moi mon n ne nos notre nous on ou par pas peut plus pour puis qu quand que quel quelle qui s sa se ses si son sont sur ta te tu un une vos votre vous y",
    "ao aos as com como da das de do dos e ela ele em era essa esse esta este eu foi ha isso ja la mais mas me meu minha muito na nao nas no nos o os ou para pela pelo por posso quando que quero se sem ser seu sua tem tenho um uma voce",
    "の に は を た が で て と し れ さ ある いる も する から な こと として い や など なっ ない この ため その あの まで へ か だ です ます ました ません でしょ う よう ください お ご どう 何 いつ どこ",
    "的 了 是 我 在 有 和 就 不 都 一 个 上 也 很 到 说 要 去 你 会 着 没有 看 好 这 那 吗 呢 吧 啊 么 什么 怎么 可以 请问 您 请 我的 能 想 请问一下",
    "في من على عن الى ان انا هل ما ماذا متى كيف اين هذا هذه ذلك التي الذي لا لم لن قد كان كانت مع او و ثم لكن اذا كل بعد قبل هو هي لي لك يا من فضلك كم",
  ].flatMap((line) => line.split(" ")),
);
