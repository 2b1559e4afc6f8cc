"""The names of languages in English, by tag. Knows nothing of how tags are written."""

from __future__ import annotations

_TABLE = """
aa Afar; ach Acholi; adh Adhola; af Afrikaans; ajg Aja; ak Akan; alz Alur; am Amharic; ar Arabic;
aue ǂKxʼauǁʼein; avu Avokaya; bas Basaa; bax Bamum; bbj Ghomala; bci Baoulé; bds Burunge; bej
Beja; ber Amazigh; bfa Bari; bhr Bara Malagasy; bin Edo; bjq Southern Betsimisaraka; blu Hmong
Njua; bm Bambara; bmm Northern Betsimisaraka; bsq Bassa; bum Bulu; byn Blin; bzc Southern
Betsimisaraka; cgg Rukiga; cop Coptic; daf Dan; dag Dagbani; dbr Dabarre; din Dinka; dje Zarma;
dmf Medefaidrin; dnj Dan; dua Duala; dyu Jula; ee Ewe; efi Efik; emk Eastern Maninka; en English;
enb Markweeta; ewo Ewondo; eyo Keiyo; fan Fang; fat Fante; ff Fula; ffm Maasina Fula; fmp Fe'fe';
fon Fon; fr French; fub Adamawa Fula; fuc Pulaar; fue Borgu Fula; fuf Pular; fuh Western Niger
Fula; fui Bagirmi Fula; fuq Central-Eastern Niger Fula; fuv Nigerian Fula; gaa Ga; gax Borana; gba
Gbaya; gej Gen; gez Ge'ez; ggu Gban; gnk ǁGana; goa Guro; gow Gorowa; gru Kistane; gso Southwest
Gbaya; gur Farefare; guw Gun; guz Gusii; gwj Gǀui; gwr Gwere; gxx Southern Wè; gya Northwest
Gbaya; ha Hausa; har Harari; hgm Haiǁom; hmf Hmong Don; hmn Hmong; hmv Hmong Dô; hmz Hmong Shua;
hnh ǁAni; hnj Hmong Njua; hts Hadza; huc ǂHuan; ibb Ibibio; ig Igbo; irk Iraqw; iso Isoko; jgo
Ngomba; kab Kabyle; kam Kamba; kao Xaasongaxango; kbo Keliko; kbp Kabiyè; kdi Kumam; keo Kakwa; kg
Kikongo; ki Gikuyu; kln Kalenjin; kmr Kurmanji; knw ǃXun; koo Konzo; kqz Korana; kr Kanuri; kri
Krio; ktz Juǀʼhoan; kus Kusaal; laj Lango; lda Kla-Dan; lg Luganda; lgg Lugbara; lia West-Central
Limba; lma East Limba; ln Lingala; lns Lamnso'; log Logo; lsm Saamia; lua Tshiluba; luc Aringa;
luo Luo; man Mandingo; mas Maasai; maw Mampruli; men Mende; mer Meru; mey Hassaniya; mg Malagasy;
mgd Moru; mhi Ma'di; mku Konyanka Maninka; mlq Western Maninkakan; mnk Mandinka; moa Mwan; mos
Mossi; msc Sankaran Maninka; msh Masikoro Malagasy; mt Maltese; mul several languages; mwk Kita
Maninkakan; mww Hmong Daw; myq Forest Maninka; myx Masaaba; naq Khoekhoe; nd Northern Ndebele; neb
Toura; ngh Nǀuu; nhb Beng; nhr Naro; niq Nandi; nmn ǃXóõ; nnh Ngiemboon; nqo N'Ko; nr Southern
Ndebele; nso Northern Sotho; nus Nuer; ny Chichewa; nyn Nyankole; nyo Nyoro; nzi Nzema; om Oromo;
oun ǃOǃung; pcm Nigerian Pidgin; pko Pökoot; plt Plateau Malagasy; rel Rendille; rif Tarifit; rn
Kirundi; ruc Ruuli; rw Kinyarwanda; saq Samburu; seh Sena; ses Koyraboro Senni; sg Sango; sgc
Kipsigis; sgw Sebat Bet Gurage; shg Shua; shi Tachelhit; shk Shilluk; sid Sidaama; skg Sakalava;
sn Shona; snk Soninke; so Somali; spy Sabaot; srr Serer; ss Swati; ssy Saho; st Sotho; stv Silt'e;
suk Sukuma; sw Swahili; swb Maore Comorian; swc Congo Swahili; taq Tamasheq; tdx Tandroy-Mahafaly;
tem Temne; teo Teso; ti Tigrinya; tig Tigre; tiv Tiv; tkg Tesaka; tn Tswana; ts Tsonga; ttj Tooro;
tum Tumbuka; tuv Turkana; tuy Tugen; tw Twi; txy Tanosy; tzm Central Atlas Tamazight; urh Urhobo;
vai Vai; vaj Sekele; ve Venda; wan Wan; wlc Mwali Comorian; wni Ndzwani Comorian; wo Wolof; wob
Northern Wè; xam ǀXam; xeg ǁXegwi; xh Xhosa; xmv Antankarana; xmw Tsimihety; xog Soga; xuu Khwe;
ybb Yemba; ymm Maay; yo Yorùbá; yre Yaouré; zdj Ngazidja Comorian; zgh Moroccan Tamazight; zu Zulu
"""
# "code name; code name; ...": a name may break over two lines.

NAMES: dict[str, str] = {
    code: name
    for code, _, name in (each.partition(" ") for each in " ".join(_TABLE.split()).split("; "))
}
"""Of each language that docs/languages.md tells of, or that a bundled profile is for."""
