/**
 * Everything a merchant may theme, as custom properties with their defaults, and the quiet tones derived from them. Plain
 * text in two halves: what the launcher needs on every page view, and the rest, which comes with the panel. Both are set
 * on `<allhours-chat>` and inherited. Public names begin with `--allhours-`; names with `--_` are ours and may change.
 */

/** Rules for one theme: the `theme` attribute decides, and the system when it is `auto` or missing. */
function themed(light: string, dark: string): string {
  return `:host{${light}}:host([theme=dark]){${dark}}@media(prefers-color-scheme:dark){:host(:not([theme=light])){${dark}}}`;
}

/** `:host` rules the launcher brings. */
export const launcherTokens =
  ":host{all:initial;--_z:var(--allhours-z-index,2147483000);--_x:var(--allhours-offset-inline,24px);--_y:var(--allhours-offset-block,24px);--_side:auto var(--_x)}" +
  ":host([position=start]){--_side:var(--_x) auto}:host([hidden]){display:none}" +
  themed(
    "--_accent:var(--allhours-accent,#3b5bdb);--_accent-ink:var(--allhours-accent-ink,#fff)",
    "--_accent:var(--allhours-accent-dark,var(--allhours-accent,#8ba3ff));--_accent-ink:var(--allhours-accent-ink-dark,var(--allhours-accent-ink,#0c1024))",
  );

/** `:host` rules the panel adds. */
export const panelTokens =
  "@media print{:host{display:none}}@media(prefers-reduced-motion:no-preference){.launch{transition:transform .15s}.launch:hover{transform:scale(1.05)}}" +
  ':host{--_radius:var(--allhours-radius,20px);--_font:var(--allhours-font,ui-sans-serif,system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","PingFang SC","Hiragino Sans","Noto Sans CJK SC","Noto Sans Arabic",sans-serif)}' +
  themed(
    "--_surface:var(--allhours-surface,#fff);--_ink:var(--allhours-ink,#14171f);--_surface-2:#f6f7f9;--_ink-2:#5a6273;--_line:#e3e6ec;--_bubble:#f1f3f7;--_ok:#1b7f4d;--_wait:#c98a00;--_warn:#7d5200;--_warn-bg:#fff5dd;--_danger:#b42318;--_danger-bg:#fef0ee;--_shadow:0 1px 2px rgb(16 24 40/.06),0 12px 40px rgb(16 24 40/.16);color-scheme:light",
    "--_surface:var(--allhours-surface-dark,#12151c);--_ink:var(--allhours-ink-dark,#eef1f7);--_surface-2:#191d26;--_ink-2:#a3adc0;--_line:#2b313e;--_bubble:#1f2430;--_ok:#6fd6a2;--_wait:#e8b43c;--_warn:#f2c868;--_warn-bg:#33290f;--_danger:#ff9a8f;--_danger-bg:#3a1c19;--_shadow:0 12px 40px rgb(0 0 0/.6);color-scheme:dark",
  );
