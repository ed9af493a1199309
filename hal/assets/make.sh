#!/bin/sh
# Draws the pictures of the simulated people. Nobody in them exists.
#
#   apt-get install librsvg2-bin imagemagick libopenjp2-tools fonts-noto-cjk
#   sh hal/assets/make.sh
#
# Photos are grey JPEG 2000 of 378×472, under 2 kB like those of the card; the rendered
# texts are 1-bit PNG strips of 12-pixel type, as on the card.
set -eu
cd "$(dirname "$0")"
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

# face NUMBER SKIN HAIR SHIRT HAIRSHAPE EXTRA
face() {
    cat > "$work/$1.svg" <<SVG
<svg xmlns="http://www.w3.org/2000/svg" width="378" height="472" viewBox="0 0 378 472">
 <rect width="378" height="472" fill="#dcdcdc"/>
 <path d="M30 472 Q40 370 140 356 L238 356 Q338 370 348 472 Z" fill="$4"/>
 <rect x="152" y="300" width="74" height="74" rx="24" fill="$2"/>
 $5
 <ellipse cx="189" cy="222" rx="92" ry="116" fill="$2"/>
 <ellipse cx="95" cy="228" rx="14" ry="26" fill="$2"/><ellipse cx="283" cy="228" rx="14" ry="26" fill="$2"/>
 $6
 <path d="M128 196 Q150 184 172 196" stroke="$3" stroke-width="8" fill="none"/>
 <path d="M206 196 Q228 184 250 196" stroke="$3" stroke-width="8" fill="none"/>
 <ellipse cx="150" cy="222" rx="11" ry="8" fill="#202020"/><ellipse cx="228" cy="222" rx="11" ry="8" fill="#202020"/>
 <path d="M189 226 L180 262 L198 262" stroke="#8a8a8a" stroke-width="5" fill="none"/>
 <path d="M156 292 Q189 312 222 292" stroke="#5a5a5a" stroke-width="8" fill="none"/>
</svg>
SVG
    rsvg-convert "$work/$1.svg" -o "$work/$1.png"
    convert "$work/$1.png" -colorspace Gray -blur 0x1.2 -depth 8 "$work/$1.pgm"
    opj_compress -i "$work/$1.pgm" -o "face-$1.jp2" -r 98 -n 6 > /dev/null
}

# text FILE WIDTH HEIGHT LINE...
text() {
    out=$1; width=$2; height=$3; shift 3
    y=11; body=""
    for line in "$@"; do
        body="$body<text x=\"0\" y=\"$y\" font-family=\"Noto Sans CJK JP\" font-size=\"12\">$line</text>"
        y=$((y + 12))
    done
    printf '<svg xmlns="http://www.w3.org/2000/svg" width="%s" height="%s"><rect width="%s" height="%s" fill="#fff"/>%s</svg>' \
        "$width" "$height" "$width" "$height" "$body" > "$work/text.svg"
    rsvg-convert "$work/text.svg" -o "$work/text.png"
    convert "$work/text.png" -colorspace Gray -threshold 62% -strip \
        -define png:color-type=0 -define png:bit-depth=1 -define png:compression-level=9 "$out"
}

face 1 '#c9c9c9' '#9a9a9a' '#6f7680' \
    '<path d="M78 240 Q70 84 189 82 Q308 84 300 240 Z" fill="#a8a8a8"/>' \
    '<path d="M100 176 Q130 90 189 90 Q250 90 280 176 Q230 138 189 142 Q140 138 100 176 Z" fill="#a8a8a8"/>'
face 2 '#bdbdbd' '#3a3a3a' '#3d4450' \
    '<path d="M92 210 Q84 90 189 88 Q294 90 286 210 Z" fill="#4a4a4a"/>' \
    '<g fill="none" stroke="#303030" stroke-width="6"><circle cx="150" cy="222" r="27"/><circle cx="228" cy="222" r="27"/><path d="M177 220 L201 220"/></g>'
face 3 '#d2d2d2' '#6a6a6a' '#8e8791' \
    '<path d="M66 380 Q56 70 189 74 Q322 70 312 380 Z" fill="#5c5c5c"/>' \
    '<path d="M98 200 Q104 90 189 90 Q274 90 280 200 Q240 150 170 152 Q120 158 98 200 Z" fill="#5c5c5c"/>'
face 4 '#c4c4c4' '#7a7a7a' '#505a52' \
    '<path d="M96 200 Q92 128 120 116 L258 116 Q286 128 282 200 Z" fill="#8a8a8a"/>' \
    '<path d="M120 120 Q189 96 258 120 Q230 132 189 130 Q148 132 120 120 Z" fill="#c4c4c4"/>'

text name-1.png 216 12 '汐見　花子'
text name-2.png 216 12 '浜田　一郎'
text name-3.png 216 12 '髙﨑　みどり'
text name-4.png 216 12 '渡邉　正雄'
text address-1.png 288 12 '汐見市みなと町１丁目２番３号'
text address-2.png 288 12 '汐見市灯台通４５６番地'
text address-3.png 288 24 '汐見市しおかぜ台３丁目１４番１５号' 'コーポかもめ９２号室'
text address-4.png 288 12 '汐見市松原７番地'
for code in 2285 0417 9036 5512; do text "code-$code.png" 36 12 "$code"; done
ls -l ./*.jp2 ./*.png
