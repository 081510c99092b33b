import type { Words } from ".";

export const words: Words = {
  units: {
    conversations: "vestlust",
    posts: "postitust",
    times: "korda",
    share: "osakaal",
    "follower-hours": "jälgijatundi",
    replies: "vastust",
    drafts: "mustandit",
    "posts per conversation": "postitust vestluse kohta",
    "answers per conversation": "vastust vestluse kohta",
    "times per conversation": "korda vestluse kohta",
    answers: "vastust",
    seconds: "sekundit",
    steps: "astet",
    customers: "klienti",
    contacts: "kontakti",
    exceptions: "erandit",
    promises: "lubadust",
    callbacks: "kõnet",
    windows: "akent",
    notices: "teadet",
    "pieces of news": "uudist",
    messages: "sõnumit",
    incidents: "sündmust",
  },
  measures: {
    conversations: [
      "Vestlused",
      "Ühe kliendi asi brändiga, milles on vähemalt üks postitus, olenemata seisust; ühendatud vestlused loetakse üheks. Alati vastust ootavad + klienti ootavad + lahendatud.",
    ],
    posts: [
      "Postitused",
      "Klientide postitused ja privaatsõnumid neis ja nendega ühendatud vestlustes, ka hiljem kustutatud.",
    ],
    open: [
      "Ootab vastust",
      "Klient ootab brändi: mõni tema postitus on vastuseta ja asi pole lahendatud. Tänu, kiitus ja müra pärast vastust ning kustutatud postitus vastust ei nõua.",
    ],
    waiting: ["Ootab klienti", "Ei oota vastust ega ole lahendatud: bränd on vastanud ja järgmine sõna on kliendil."],
    resolved: ["Lahendatud", "Lahendatud ja pole pärast seda tagasi tulnud."],
    reopened: [
      "Taasavatud",
      "Mitu korda lahendatud asi tagasi tuli, kas kliendi midagi sooviva postituse või inimese tõttu.",
    ],
    flare_ups: [
      "Uuesti lahvatanud",
      "Mitu korda lahendatud asi nii laialt uuesti levis, et tuli ise tagasi.",
      "millal asi loetakse uuesti lahvatanuks.",
    ],
    escalated: [
      "Eskaleeritud",
      "Vähemalt korra reegli või inimese poolt eskaleeritud, ka siis, kui see hiljem tagasi alla saadeti.",
      "mis vestluse eskaleerib.",
    ],
    deescalated: ["Tagasi alla saadetud", "Mitu korda meeskond, kellele vestlus eskaleeriti, sellest taas vabastati."],
    in_incident: [
      "Osa lainest",
      "Kuuluvad sündmusesse: terve piirkond kirjutas korraga ühest asjast.",
      "millal on tegu lainega.",
    ],
    praise: [
      "Kiitus",
      "Vestluse uusim liigitatud postitus on kiitus või tänu, nagu liigitaja seda loeb või inimene parandas.",
    ],
    complaints: ["Kaebused", "Vestluse uusim liigitatud postitus on kaebus."],
    questions: ["Küsimused", "Vestluse uusim liigitatud postitus on küsimus."],
    requests: ["Palved", "Vestluse uusim liigitatud postitus on palve."],
    went_private_share: [
      "Jätkus privaatsõnumites",
      "Kõigist vestlustest need, mille esimene postitus oli avalik ja milles on kliendi või brändi privaatsõnum.",
    ],
    exposure: [
      "Ootajate nähtavus",
      "Kui paljud võisid näha, et keegi ei vasta: iga avalikult ootava kliendi jälgijate arv korda tema ooteaeg tundides, kokku liidetuna.",
    ],
    replies: [
      "Vastused",
      "Kliendini jõudnud vastused, Earshoti kaudu saadetud või võrgustikus nähtud. Alles esitatud, ebaõnnestunud ja teadmata saatusega vastuseid ei loeta; ühe vastuse osad on üks vastus ja automaatsed teated pole vastused.",
    ],
    unanswered: ["Vastamata", "Ükski vastus pole kliendini jõudnud, olenemata sellest, mis asjast sai."],
    answered_share: ["Vastatute osakaal", "Kõigist vestlustest need, milles on vähemalt üks vastus."],
    praise_answered_share: ["Vastatud kiitus", "Kiitvatest vestlustest need, milles on vähemalt üks vastus."],
    replies_in_doubt: [
      "Teadmata saatusega vastused",
      "Vastused, mille kohta keegi ei tea, kas need on võrgustikus, ja mis ootavad inimese otsust.",
    ],
    guard_stops: [
      "Valvuri peatatud mustandid",
      "Mustandid, mis oleksid avalikult näidanud või küsinud isikuandmeid või pöördunud kellegi teise poole ning jäid saatmata.",
      "mida vastuse valvur brändist teab.",
    ],
    guard_overrides: [
      "Valvurist hoolimata saadetud",
      "Vastused, mille inimene põhjust nimetades saatis, kuigi valvur need peatas.",
    ],
    posts_per_resolution: [
      "Postitusi lahenduse kohta",
      "Klientide postitused lahendatud vestlustes, jagatud nende vestluste arvuga.",
    ],
    touches_per_resolution: [
      "Vastuseid lahenduse kohta",
      "Vastused lahendatud vestlustes, jagatud nende vestluste arvuga.",
    ],
    one_touch_resolution_share: [
      "Ühe vastusega lahendatud",
      "Vähemalt ühe vastusega lahendatud vestlustest need, milles oli täpselt üks vastus, mida üle ei antud ja mis tagasi ei tulnud.",
    ],
    came_back_share: [
      "Tuli pärast vastust tagasi",
      "Vastatud vestlustest need, mille klient pidi pärast vastust tagasi tulema, ja mitte tänu, kiituse ega müraga.",
    ],
    exchanges_per_conversation: [
      "Kliendi tagasitulekuid",
      "Mitu korda kliendid pidid pärast vastust tagasi tulema, jagatud vastatud vestluste arvuga.",
    ],
    hand_offs: [
      "Üleandmised",
      "Mitu korda inimene andis vestluse teisele meeskonnale või inimesele. Enda kätte võtmine ja vabastamine ei loe.",
    ],
    handed_off_share: ["Üle antud", "Kõigist vestlustest need, mille inimene vähemalt korra edasi andis."],
    deflections: [
      "Mujale saatmised",
      "Vastused, mis saadavad kliendi teise osakonda, telefonile, portaali või vormi juurde ega aita muul moel. Lahendav link ja privaatsõnumi palumine ei loe.",
    ],
    deflected_share: ["Mujale saatvad vastused", "Mujale saatmiste osakaal kõigist vastustest."],
    repeated_questions: [
      "Korratud küsimused",
      "Vastused, mis küsivad seda, mida sama vestluse varasem vastus juba küsis.",
    ],
    repeated_offers: [
      "Korratud pakkumised",
      "Vastused, mis pakuvad seda, mida sama vestluse varasem vastus juba pakkus. Kannatust, linki ja privaatset teed võib uuesti pakkuda.",
    ],
    repeated_share: ["Kordavad vastused", "Korratud küsimused ja korratud pakkumised, jagatud kõigi vastustega."],
    answered: [
      "Vastatud teadaoleva ajaga",
      "Vestlused, millel on esimese vastuse aeg; neist koosnevad allolevad protsentiilid.",
    ],
    first_response_p50_seconds: [
      "Esimese vastuse aeg, mediaan",
      "Aeg esimesest postitusest esimese vastuseni pärast seda, mida pooled vastatud vestlused ei ületanud. Ühendatud vestlustes loeb vanim postitus.",
    ],
    first_response_p90_seconds: [
      "Esimese vastuse aeg, 90. protsentiil",
      "Esimese vastuse aeg, mida 90 vastatud vestlust 100-st ei ületanud.",
    ],
    first_response_p99_seconds: [
      "Esimese vastuse aeg, 99. protsentiil",
      "Esimese vastuse aeg, mida 99 vastatud vestlust 100-st ei ületanud.",
    ],
    answered_within_10m: [
      "Vastatud 10 minuti jooksul",
      "Vestlused, mille esimene vastus tuli 600 sekundi jooksul esimesest postitusest, kõigist vähemalt 600 sekundi vanustest või selle ajaga vastatutest. Kes vastust ei saanud, on vastamata.",
    ],
    answered_within_1h: [
      "Vastatud 1 tunni jooksul",
      "Vestlused, mille esimene vastus tuli 3600 sekundi jooksul esimesest postitusest, kõigist vähemalt 3600 sekundi vanustest või selle ajaga vastatutest. Kes vastust ei saanud, on vastamata.",
    ],
    answered_within_24h: [
      "Vastatud 24 tunni jooksul",
      "Vestlused, mille esimene vastus tuli 86 400 sekundi jooksul esimesest postitusest, kõigist vähemalt 86 400 sekundi vanustest või selle ajaga vastatutest. Kes vastust ei saanud, on vastamata.",
    ],
    next_answers: [
      "Järgmised vastused teadaoleva ajaga",
      "Vastused pärast esimest, mis järgnesid vastust nõudnud postitusele. Mitmest postitusest enne üht vastust loeb esimene.",
    ],
    next_response_p50_seconds: [
      "Järgmise vastuse aeg, mediaan",
      "Aeg postitusest, mis tuli pärast vastust ja nõudis uut, sellele järgnenud vastuseni, mida pooled neist vastustest ei ületanud. Kustutatud postitused, tänu, kiitus ja müra vastust ei nõua.",
    ],
    next_response_p90_seconds: [
      "Järgmise vastuse aeg, 90. protsentiil",
      "Järgmise vastuse aeg, mida 90 neist vastustest 100-st ei ületanud.",
    ],
    next_response_p99_seconds: [
      "Järgmise vastuse aeg, 99. protsentiil",
      "Järgmise vastuse aeg, mida 99 neist vastustest 100-st ei ületanud.",
    ],
    next_within_1h_share: [
      "Järgmised vastused 1 tunni jooksul",
      "Esimesele järgnenud vastustest need, mis tulid 3600 sekundi jooksul neid nõudnud postitusest.",
    ],
    resolution_p50_seconds: [
      "Lahendusaeg, mediaan",
      "Aeg esimesest postitusest lahenduseni, mille juurde asi jäi, mida pooled lahendatud vestlused ei ületanud.",
    ],
    resolution_p90_seconds: [
      "Lahendusaeg, 90. protsentiil",
      "Lahendusaeg, mida 90 lahendatud vestlust 100-st ei ületanud.",
    ],
    longest_wait_seconds: [
      "Pikim ooteaeg",
      "Kui kaua on kõige kauem oodanud klient praeguseks oodanud oma esimesest vastamata postitusest alates; uuesti küsimine aega algusest ei alusta. Puudub, kui keegi ei oota.",
    ],
    breached: [
      "Tähtaeg ületatud",
      "Vähemalt üks vastus, esimene või hilisem, või lahendus polnud brändi reeglite (SLA) järgseks tähtajaks olemas.",
      "tähtajad ja nende kellad.",
    ],
    warned: [
      "Hoiatatud",
      "Mitu korda meeskonda hoiatati, et tähtaeg saab peagi täis.",
      "millal meeskonda hoiatatakse.",
    ],
    week_hours_covered_share: [
      "Kaetud nädalatunnid",
      "Nädala 168 tunnist, mil klientidelt postitusi tuli, nende osakaal, mil mistahes nädalal läks välja vähemalt üks vastus.",
    ],
    signed_share: [
      "Allkirjastatud vastused",
      "Vastused, mis lõpevad kirjutaja nime või märgiga, nagu `^Kim` või `- Dana`, kõigist vastustest.",
    ],
    apologised_share: [
      "Kaebused, mille puhul vabandati",
      "Vähemalt ühe kaebusega vastatud vestlustest need, milles vähemalt üks vastus väljendab kahetsust.",
    ],
    argued_share: [
      "Vaidlevad vastused",
      "Vastused, mis kliendiga vaidlevad („nagu me teile juba ütlesime“), kõigist vastustest.",
    ],
    thanked_share: [
      "Tänavad kliendid",
      "Vastatud vestlustest need, milles on pärast esimest vastust tänav või kiitev postitus.",
    ],
    sentiment_lifted_share: [
      "Halvast paremaks",
      "Negatiivse postitusega alanud vastatud vestlustest, milles on veel meelestatusega postitus, need, mille uusim ei ole negatiivne.",
    ],
    sentiment_change: [
      "Meelestatuse muutus",
      "Igas vestluses uusima postituse meelestatus miinus esimese oma (negatiivne -1, neutraalne 0, positiivne 1), kokku liidetuna.",
    ],
    customers: ["Kliendid", "Mitme kliendi vestlused need on. Ühe inimese kaks profiili on kaks klienti."],
    contacts: ["Kontaktid muul viisil", "Kõned, kirjad ja külastused, mis pandi kirja postituste kõrvale."],
    churn_flagged: [
      "Lahkuvad või lahkumisega ähvardavad kliendid",
      "Vähemalt üks postitus ütleb, et klient lahkub, nagu liigitaja seda loeb või inimene parandas, või on vestlus nii märgitud.",
      "millest alates lahkumise märk pannakse.",
    ],
    churn_saved_share: [
      "Jäänud kliendid",
      "Vestlustest, milles klient lahkub või sellega ähvardab, need, milles keegi enam ei oota ja mille uusim liigitatud postitus pole lahkuv ega negatiivne.",
    ],
    exceptions: ["Antud erandid", "Midagi reegliteülest, mida kliendile lubati."],
    promises_made: ["Antud lubadused", "Mida klientidele lubati."],
    promises_kept: ["Peetud lubadused", "Lubadused, mille kohta inimene ütles, et need on täidetud."],
    offers_lapsed: [
      "Aegunud pakkumised",
      "Mitu korda keegi, kellele vestlust pakuti, ei võtnud seda õigel ajal ette või läks eemale.",
      "kui kaua pakkumine kehtib.",
    ],
    placed_away: [
      "Teine meeskond teenindas",
      "Mitu korda vestlus läks ajutiselt teisele meeskonnale, sest oma oli suletud või üle koormatud.",
      "meeskondade tööajad ja kes nende asemel teenindab.",
    ],
    callbacks: ["Kokku lepitud kõned", "Kõned, mida klientidele lubati."],
    callbacks_done: ["Tehtud kõned", "Neist need, mis tehti."],
    callbacks_missed: [
      "Tegemata kõned",
      "Neist need, mida keegi ei teinud veerand tunni jooksul pärast aega ega ole teinud ka hiljem.",
    ],
    approvals_asked: [
      "Nõusolekut vajavad vastused",
      "Vastused, millega keegi teine pidi enne saatmist nõustuma.",
      "kelle ja millised vastused vajavad nõusolekut.",
    ],
    approvals_given: ["Nõusoleku saanud vastused", "Neist need, millega keegi nõustus; need saadeti."],
    approvals_sent_back: ["Tagasi saadetud vastused", "Neist need, millega keegi ei nõustunud."],
    approval_p50_seconds: [
      "Aeg nõusolekuni, mediaan",
      "Aeg vastuse esitamisest nõusolekuni, mida pooled neist vastustest ei ületanud.",
    ],
    approval_p90_seconds: [
      "Aeg nõusolekuni, 90. protsentiil",
      "Aeg nõusolekuni, mida 90 neist vastustest 100-st ei ületanud.",
    ],
    windows_warned: [
      "Hoiatused sõnumiakna sulgumisest",
      "Mitu korda klient ootas privaatselt ja aeg, mil võrgustik talle sõnumeid vastu võtab, oli lõppemas.",
    ],
    windows_closed: [
      "Enne vastust sulgunud sõnumiaknad",
      "Hoiatatud akendest need, mis sulgusid enne, kui ükski vastus kliendini jõudis ja enne, kui ta uuesti kirjutas ning sellega akna taas avas.",
    ],
    classified: [
      "Liigitatud",
      "Klientide postitused, mille kohta liigitaja on midagi öelnud; igaüks loetakse korra, uusima teksti ja esimesena lugenud mudeli järgi.",
    ],
    corrected: [
      "Parandatud",
      "Liigitatud postitustest need, mille kohta inimene ütleb midagi muud kui liigitaja. Tagasi muudetud enam ei loe.",
    ],
    corrected_share: ["Parandatute osakaal", "Parandatud postituste osakaal liigitatutest."],
    out_of_hours_notices: [
      "Teated, et meeskond on suletud",
      "Teated, mis jõudsid kliendini, kes ootas, kui meeskond oli suletud. Need pole vastused.",
      "teate sõnad ja meeskondade tööajad.",
    ],
    received_notices: [
      "Teated, et sõnum on käes",
      "Teated, mis jõudsid esimese privaatsõnumi saatnud kliendini, enne kui keegi oli vastanud. Need pole vastused.",
      "teate sõnad.",
    ],
    callback_notices: [
      "Teated kõnest",
      "Teated, mis jõudsid kliendini kõne kohta: et see on kokku lepitud, varsti tulemas või jäi tegemata.",
      "teate sõnad.",
    ],
    news_told: ["Uudised brändi inimestele", "Mida brändi inimestele nende tööst teatati, igal nende valitud viisil."],
    news_messages: [
      "Sõnumid uudistega",
      "Sõnumid brändi inimestele; ühes on üks uudis või mitu kogutut, ka konsoolis olev on sõnum.",
    ],
    news_delivered: [
      "Kohale jõudnud uudissõnumid",
      "Neist need, mille saaja vastu võttis, mille kohalejõudmist inimene kinnitab või mis on konsoolis.",
    ],
    news_failed: [
      "Ebaõnnestunud uudissõnumid",
      "Neist need, mis ei jõudnud kohale ja mida enam ei proovita. Teadmata saatusega ei ole kohal ega ebaõnnestunud.",
    ],
    shift_posts: [
      "Vahetuse postitused",
      "Postitused, mis ütlevad avalikult, et meeskonna vahetus algab või lõpeb.",
      "millised meeskonnad postitavad ja mida.",
    ],
    shift_posts_sent: ["Välja läinud vahetuse postitused", "Neist need, mis on avaldatud."],
    shift_posts_failed: [
      "Ebaõnnestunud vahetuse postitused",
      "Neist need, mis välja ei läinud ja mida enam ei proovita.",
    ],
    filtered: [
      "Filtreeritud",
      "Postitused, mille brändi reegel hoidis teeninduse järjekorrast eemal. Need ei kuulu ühtegi vestlusse ega muusse näitajasse.",
      "filtrid.",
    ],
    brought_back: ["Tagasi toodud", "Filtreeritud postitused, mille inimene lasi edasi nagu iga teise."],
    surges: [
      "Lained",
      "Mitu korda piirkond kirjutas asjast rohkem, kui tema enda varasemad tunnid seletavad.",
      "millal on tegu lainega.",
    ],
  },
};
