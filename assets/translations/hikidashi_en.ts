<?xml version="1.0" encoding="utf-8"?>
<!DOCTYPE TS>
<TS version="2.1" language="en_US" sourcelanguage="ja_JP">
<context>
    <name>AloneWords</name>
    <message>
        <source>新しい品種は、英語の説明を入れるだけで現場で追加できます。</source>
        <translation>New products can be added on site by an English description.</translation>
    </message>
    <message>
        <source>署名しました（鍵 {signer}…）。</source>
        <translation>It is signed (key {signer}…).</translation>
    </message>
    <message>
        <source>プログラムなしで動きます。写真 {photos} 枚と確認用の絵で比べた確率の差は、最大 {difference} でした。</source>
        <translation>It works without the program. Over {photos} photos and some check pictures its probabilities differed by {difference} at most.</translation>
    </message>
    <message>
        <source>小さいモデルは、写真 {photos} 枚のうち {other} 枚で答えが変わります（正解 {before} 枚 → {after} 枚）。</source>
        <translation>The smaller model gives another answer on {other} of {photos} photos (right: {before} → {after}).</translation>
    </message>
    <message>
        <source>小さいモデルも、写真 {photos} 枚すべてで同じ答えでした（正解 {after} 枚）。</source>
        <translation>The smaller model, too, gave the same answer on all {photos} photos (right: {after}).</translation>
    </message>
</context>
<context>
    <name>AnswersCurve</name>
    <message>
        <source>人が確認する答えと、残るまちがい</source>
        <translation>Answers that a person checks, and mistakes that are left</translation>
    </message>
    <message>
        <source>試験の答えが少ないため、これは測れません。</source>
        <translation>There are too few test answers to measure this.</translation>
    </message>
    <message>
        <source>右へ行くほど、人が確認する答えが増えます。線は、そのまま使う答えに残るまちがいの割合（%）です。試験の {answers} 件で測りました。</source>
        <translation>To the right a person checks more answers. The line is the share of mistakes (%) left among the answers that are used as they are. Measured on {answers} test answers.</translation>
    </message>
    <message>
        <source>95 % の上の端</source>
        <translation>Upper end of the 95 % interval</translation>
    </message>
    <message>
        <source>残るまちがい（%）</source>
        <translation>Mistakes that remain (%)</translation>
    </message>
    <message>
        <source>人が確認 {share} %</source>
        <translation>{share} % checked by a person</translation>
    </message>
</context>
<context>
    <name>AnswersPreview</name>
    <message>
        <source>人が確認せずに使う答えのうち、まちがいをどこまで許しますか。</source>
        <translation>Of the answers that are used without a person looking, how many may be wrong?</translation>
    </message>
    <message>
        <source>答え何件につき 1 件までまちがいを許すか</source>
        <translation>One wrong answer is allowed in how many</translation>
    </message>
    <message>
        <source> 件につき 1 件まで</source>
        <translation> answers: at most 1 wrong</translation>
    </message>
    <message>
        <source>{count} 件</source>
        <translation>{count}</translation>
    </message>
    <message>
        <source>確認用の答えがないので、しきい値を決められません。現場では、すべての答えを人が確かめてください。</source>
        <translation>There are no answers for checking, so no threshold can be chosen. On site, have a person check every answer.</translation>
    </message>
    <message>
        <source>約束できます。確認用の答えでそのまま通った {passed} 件のうち、まちがいは {wrong} 件でした（質問を取りかえても、95 % は {high} % 以下）。</source>
        <translation>This can be promised. Of the {passed} checking answers that passed, {wrong} were wrong (with other questions, at most {high} % in 95 of 100 cases).</translation>
    </message>
    <message>
        <source>まだ約束できません。{number} 件につき 1 件までと約束するには、確認用の答えが、まちがいなしでも {needed} 件要ります（いまは {answers} 件）。しきい値は目安です。</source>
        <translation>This cannot be promised yet. To promise at most 1 wrong in {number}, it takes {needed} answers for checking even without a mistake (there are {answers}). The threshold is only a guide.</translation>
    </message>
    <message>
        <source>約束できません。確認用の答え {answers} 件の中に、自信を持ってまちがえたものが多すぎます。しきい値は目安です。</source>
        <translation>This cannot be promised. Too many of the {answers} checking answers are wrong with confidence. The threshold is only a guide.</translation>
    </message>
    <message>
        <source>この割合を守れるしきい値がないので、すべての答えを人が確認します。</source>
        <translation>No threshold keeps this share, so a person checks every answer.</translation>
    </message>
    <message>
        <source>自信が {percent} % より低い答えは、人が確認します。</source>
        <translation>A person checks answers with a confidence below {percent} %.</translation>
    </message>
    <message>
        <source>自信が {percent} % より低い答えは、人が確認します。試験の {answers} 件では {people} 件です（100 件あたり {low}～{high} 件の見込み）。</source>
        <translation>A person checks answers with a confidence below {percent} %. Of the {answers} test answers that is {people} (expect {low} to {high} in 100).</translation>
    </message>
</context>
<context>
    <name>AskPinDialog</name>
    <message>
        <source>責任者の暗証番号を入れてください。</source>
        <translation>Enter the supervisor&apos;s PIN.</translation>
    </message>
    <message>
        <source>ロックを外す</source>
        <translation>Unlock</translation>
    </message>
    <message>
        <source>暗証番号</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>外す</source>
        <translation>Unlock</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>暗証番号が違います。</source>
        <translation>The PIN is wrong.</translation>
    </message>
    <message>
        <source>暗証番号が違います。{seconds} 秒待ってください。</source>
        <translation>The PIN is wrong. Wait {seconds} s.</translation>
    </message>
</context>
<context>
    <name>AssistBar</name>
    <message>
        <source>言葉で写真を探す</source>
        <translation>Search photos by words</translation>
    </message>
    <message>
        <source>言葉で探す</source>
        <translation>Search by words</translation>
    </message>
    <message>
        <source>「キズ」のように入力して Enter。日本語は用語集で英語に直して探します。</source>
        <translation>Type words such as scratch, and press Enter. Japanese is put into English by the glossary.</translation>
    </message>
    <message>
        <source>似た写真を探す</source>
        <translation>Find similar</translation>
    </message>
    <message>
        <source>「{name}」でよい</source>
        <translation>“{name}” is right</translation>
    </message>
    <message>
        <source>提案どおりにする</source>
        <translation>Accept suggestion</translation>
    </message>
    <message>
        <source>選んだ写真に、提案された種類を付けます（スペース キー）。</source>
        <translation>Gives the selected photos the class that is suggested (space bar).</translation>
    </message>
    <message numerus="yes">
        <source>似た %n 枚をまとめて</source>
        <translation>
            <numerusform>Accept %n similar one</numerusform>
            <numerusform>Accept %n similar ones</numerusform>
        </translation>
    </message>
    <message>
        <source>似た写真をまとめて</source>
        <translation>Accept similar ones</translation>
    </message>
    <message>
        <source>破線の枠の写真すべてに付けます（Shift＋スペース）。違う写真は先にクリックして直します。</source>
        <translation>Labels all photos in a dashed frame (Shift+Space). First click those that are wrong, and give them their class.</translation>
    </message>
    <message>
        <source>写真を見ています {done}／{total} 枚</source>
        <translation>Looking at photos: {done} of {total}</translation>
    </message>
    <message>
        <source>{words}（残り約 {minutes} 分）</source>
        <translation>{words} (about {minutes} min left)</translation>
    </message>
</context>
<context>
    <name>AssumptionsForm</name>
    <message>
        <source>良品の種類に印を付けると、見逃しと過検出を分けて計算します。印がなければ、どの間違いも見逃しとして計算します。</source>
        <translation>Tick the good classes and wrong passes and false alarms are counted apart. With none ticked, every mistake counts as a wrong pass.</translation>
    </message>
</context>
<context>
    <name>AutomaticCard</name>
    <message>
        <source>かけてよい時間</source>
        <translation>Time it may take</translation>
    </message>
    <message>
        <source>何を大事にするか</source>
        <translation>What matters</translation>
    </message>
    <message>
        <source>試験の写真と取り置いた種類は、選ぶときには見ません。いつでも止められ、そこまででいちばん良いものを仕上げます。</source>
        <translation>The choice never looks at the test photos or at classes held back. Stop at any time: the best so far is then trained.</translation>
    </message>
    <message>
        <source>習った種類と新しい種類が混ざっても見分ける</source>
        <translation>Tell learned and new classes apart when both may come</translation>
    </message>
    <message>
        <source>習った種類をよく当てる（新しい種類は学習前より悪くしない）</source>
        <translation>Be right on the learned classes (new ones no worse than before)</translation>
    </message>
    <message>
        <source>習った種類どうし、新しい種類どうしを、それぞれ見分ける</source>
        <translation>Tell the learned classes apart, and the new ones, each by themselves</translation>
    </message>
    <message>
        <source>約 {minutes:g} 分</source>
        <translation>About {minutes:g} min</translation>
    </message>
    <message>
        <source>約 {hours:g} 時間</source>
        <translation>About {hours:g} h</translation>
    </message>
</context>
<context>
    <name>BalancePart</name>
    <message>
        <source>習った種類と新しい種類のつりあい</source>
        <translation>Balance of learned and new classes</translation>
    </message>
    <message>
        <source>調べる：つりあい</source>
        <translation>Find out: the balance</translation>
    </message>
    <message>
        <source>全部の種類から選ぶとき、習った種類を優先する、新しい種類を優先する、のどちらに寄せるとどうなるかを調べます。写真の枚数により、数秒から数分かかります。</source>
        <translation>Shows what favouring the learned classes, or the new ones, would bring when all classes are offered. It takes seconds to minutes, depending on the number of photos.</translation>
    </message>
    <message>
        <source>全部の種類を並べて、見分けています。</source>
        <translation>All classes are being offered together.</translation>
    </message>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>習った種類を優先</source>
        <translation>learned classes favoured</translation>
    </message>
    <message>
        <source>新しい種類を優先</source>
        <translation>new classes favoured</translation>
    </message>
    <message>
        <source>どちらも優先しないとき、全部の種類から選ぶと、習った種類は {base}、取り置いた種類は {new} 正解します。2 本の線が高いところで交わるほど、両方に強いモデルです。</source>
        <translation>With neither favoured and all classes offered, {base} of the learned classes and {new} of those held back are right. The higher the two lines cross, the stronger the model is at both.</translation>
    </message>
</context>
<context>
    <name>BaseCheckPage</name>
    <message>
        <source>結果を見る</source>
        <translation>See the result</translation>
    </message>
    <message>
        <source>持ち出す</source>
        <translation>Take it away</translation>
    </message>
    <message>
        <source>学習が終わると、ここに結果が出て、先へ進めます。</source>
        <translation>When training has ended the result appears here and you can go on.</translation>
    </message>
    <message>
        <source>学習が終わると、ここに結果が出ます。まだ結果がありません。</source>
        <translation>The result appears here when training has ended. There is none yet.</translation>
    </message>
    <message>
        <source>結果の見方</source>
        <translation>How to read the result</translation>
    </message>
    <message>
        <source>選んだ学習の結果を表示</source>
        <translation>Show the chosen run</translation>
    </message>
    <message>
        <source>{what} {why}</source>
        <translation>{what} {why}</translation>
    </message>
</context>
<context>
    <name>BasePresetPage</name>
    <message>
        <source>やり方を選ぶ</source>
        <translation>Choose a way</translation>
    </message>
    <message>
        <source>学習へ進む</source>
        <translation>Go on to training</translation>
    </message>
    <message>
        <source>カードを 1 枚選んでください。</source>
        <translation>Choose a card.</translation>
    </message>
    <message>
        <source>学習のしかたを 1 つ選びます。迷ったら「おすすめ」のままで大丈夫です。</source>
        <translation>Choose one way to train. If in doubt, keep the recommended one.</translation>
    </message>
    <message>
        <source>くわしい設定で選んだやり方：{title}
{summary}</source>
        <translation>Chosen in the details: {title}
{summary}</translation>
    </message>
    <message>
        <source>{what} {why}</source>
        <translation>{what} {why}</translation>
    </message>
</context>
<context>
    <name>BeforeAfterTable</name>
    <message>
        <source>学習の前</source>
        <translation>Before training</translation>
    </message>
    <message>
        <source>学習の後</source>
        <translation>After training</translation>
    </message>
    <message>
        <source>差</source>
        <translation>Difference</translation>
    </message>
    <message>
        <source>同じ仲間の中から選ぶとき</source>
        <translation>Chosen among its own group</translation>
    </message>
    <message>
        <source>全部の種類から選ぶとき（現場と同じ）</source>
        <translation>Chosen among all classes (as on site)</translation>
    </message>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>つりあい</source>
        <translation>Balance</translation>
    </message>
    <message>
        <source>習った種類と取り置いた種類の両方が良いときだけ高くなる値です。</source>
        <translation>High only when both the learned classes and those held back do well.</translation>
    </message>
    <message>
        <source>測る写真がありません</source>
        <translation>No photos to measure on</translation>
    </message>
    <message>
        <source>{percent} %</source>
        <translation>{percent} %</translation>
    </message>
    <message>
        <source>まちがい {wrong}／{photos} 枚（正解 {percent} %）</source>
        <translation>{wrong} of {photos} photos wrong ({percent} % right)</translation>
    </message>
    <message>
        <source>写真を取りかえても、95 % は {low}～{high} % に入ります。</source>
        <translation>With other photos it would be between {low} and {high} % in 95 cases of 100.</translation>
    </message>
    <message>
        <source>{points:+d} ポイント</source>
        <translation>{points:+d} points</translation>
    </message>
    <message>
        <source>正解 {more:+d} 枚</source>
        <translation>{more:+d} right</translation>
    </message>
</context>
<context>
    <name>CameraDialog</name>
    <message>
        <source>このパソコンにつながるカメラは camera:0、camera:1 …、工場内のカメラは rtsp:// か http:// で始まるアドレスです。撮った写真は 30 日間、このパソコンに残ります。</source>
        <translation>Cameras connected to this PC are camera:0, camera:1 …; a camera in the plant&apos;s network has an address that begins with rtsp:// or http://. Its photos stay on this PC for 30 days.</translation>
    </message>
    <message>
        <source>カメラ</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>何秒ごとに判定するか</source>
        <translation>Seconds between two photos</translation>
    </message>
    <message>
        <source>つなぐ</source>
        <translation>Connect</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>カメラを選ぶ</source>
        <translation>Choose a camera</translation>
    </message>
</context>
<context>
    <name>CheckPage</name>
    <message>
        <source>前と後</source>
        <translation>Before and after</translation>
    </message>
    <message>
        <source>取り違え</source>
        <translation>Mix-ups</translation>
    </message>
    <message>
        <source>まちがえた写真</source>
        <translation>Mistakes</translation>
    </message>
    <message>
        <source>要確認</source>
        <translation>Check by person</translation>
    </message>
    <message>
        <source>引き出し</source>
        <translation>Drawers</translation>
    </message>
    <message>
        <source>ほかの学習と比べる</source>
        <translation>Compare runs</translation>
    </message>
    <message>
        <source>もしも</source>
        <translation>What if</translation>
    </message>
    <message>
        <source>縦が正解、横がモデルの答えです。ます目を押すと、その写真を見られます（矢印キーと Enter でも選べます）。</source>
        <translation>Rows are the true class, columns the model&apos;s answer. Click a cell to see its photos (arrow keys and Enter work too).</translation>
    </message>
    <message>
        <source>まちがいをすべて表示</source>
        <translation>Show all mistakes</translation>
    </message>
    <message>
        <source>もう一度学習する</source>
        <translation>Train again</translation>
    </message>
    <message>
        <source>写真の一覧</source>
        <translation>List of photos</translation>
    </message>
    <message>
        <source>正解が「{truth}」で、答えが「{answer}」の写真：{count} 枚</source>
        <translation>Photos of “{truth}” answered as “{answer}”: {count}</translation>
    </message>
    <message>
        <source>まちがえた写真 {count} 枚。自信を持ってまちがえたものから並んでいます。</source>
        <translation>{count} mistakes, the most confident first.</translation>
    </message>
    <message>
        <source>まちがえた写真はありません。</source>
        <translation>There are no mistakes.</translation>
    </message>
    <message>
        <source>{count} 枚です。写真を残していないので、ここには出せません。</source>
        <translation>{count} photos. No photos are kept, so none can be shown here.</translation>
    </message>
</context>
<context>
    <name>ClassDialog</name>
    <message>
        <source>種類を追加</source>
        <translation>Add a class</translation>
    </message>
    <message>
        <source>種類の名前と説明</source>
        <translation>Name and description of the class</translation>
    </message>
    <message>
        <source>例：キズ</source>
        <translation>e.g. scratch</translation>
    </message>
    <message>
        <source>追加する</source>
        <translation>Add</translation>
    </message>
    <message>
        <source>変える</source>
        <translation>Change</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>現場での呼び名</source>
        <translation>Name on the shop floor</translation>
    </message>
    <message>
        <source>英語の説明</source>
        <translation>English description</translation>
    </message>
    <message>
        <source>モデルは英語の説明を読んで見分けます。短く、見た目が分かる言葉で書いてください（例：scratched brass bolt）。分かる言葉は自動で入ります。行を分けて書くと、いくつかの言い方を合わせて読みます。</source>
        <translation>The model goes by the English description. Write short words that tell what is seen (such as scratched brass bolt). Known words are filled in for you. Several wordings, one per line, are read together.</translation>
    </message>
    <message>
        <source>例：4901234567894（読み取っても入ります）</source>
        <translation>e.g. 4901234567894 (or scan it here)</translation>
    </message>
    <message>
        <source>製品のバーコード</source>
        <translation>Barcode of the product</translation>
    </message>
</context>
<context>
    <name>ClassPanel</name>
    <message>
        <source>種類（数字キーで付けられます）</source>
        <translation>Classes (number keys label)</translation>
    </message>
    <message>
        <source>まだ種類がありません。「種類を追加」で、「良品」「キズ」のような種類を作ってください。</source>
        <translation>There are no classes yet. Use “Add a class” to make some, such as “good” and “scratch”.</translation>
    </message>
    <message>
        <source>種類を追加…</source>
        <translation>Add a class…</translation>
    </message>
    <message>
        <source>「取り置き」の種類は学習に使わず、見たことのない製品をどれだけ見分けるかを測ります。</source>
        <translation>Classes held back are not learned; they measure how well products never seen are told apart.</translation>
    </message>
</context>
<context>
    <name>ClassRow</name>
    <message numerus="yes">
        <source>%n 枚</source>
        <translation>
            <numerusform>%n photo</numerusform>
            <numerusform>%n photos</numerusform>
        </translation>
    </message>
    <message>
        <source>選んだ写真を「{name}」にする</source>
        <translation>Label the selected photos “{name}”</translation>
    </message>
    <message>
        <source>「{name}」の編集</source>
        <translation>Edit “{name}”</translation>
    </message>
    <message>
        <source>名前と説明を変える…</source>
        <translation>Change name and description…</translation>
    </message>
    <message>
        <source>取り置きにする（見ていない製品への強さを測る）</source>
        <translation>Hold back (measures strength on products never seen)</translation>
    </message>
    <message>
        <source>学習する</source>
        <translation>Train</translation>
    </message>
    <message>
        <source>上へ</source>
        <translation>Move up</translation>
    </message>
    <message>
        <source>下へ</source>
        <translation>Move down</translation>
    </message>
    <message>
        <source>この種類を消す（ラベルも外れます）</source>
        <translation>Delete this class (its labels go too)</translation>
    </message>
    <message numerus="yes">
        <source>あと %n 枚ほしい</source>
        <translation>
            <numerusform>%n more wanted</numerusform>
            <numerusform>%n more wanted</numerusform>
        </translation>
    </message>
    <message>
        <source>取り置き（学習しない）</source>
        <translation>held back (not learned)</translation>
    </message>
    <message>
        <source>英語の説明がありません</source>
        <translation>no English description</translation>
    </message>
</context>
<context>
    <name>ClassTable</name>
    <message>
        <source>種類ごとの見逃しと過検出</source>
        <translation>Missed and false alarms per class</translation>
    </message>
</context>
<context>
    <name>ClassTableModel</name>
    <message>
        <source>習った</source>
        <translation>Learned</translation>
    </message>
    <message>
        <source>取り置き</source>
        <translation>Held back</translation>
    </message>
    <message>
        <source>{missed}／{photos} 枚</source>
        <translation>{missed} of {photos}</translation>
    </message>
    <message>
        <source>{count} 枚</source>
        <translation>{count}</translation>
    </message>
    <message>
        <source>種類</source>
        <translation>Class</translation>
    </message>
    <message>
        <source>学習</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>見逃し</source>
        <translation>Missed</translation>
    </message>
    <message>
        <source>過検出</source>
        <translation>False alarms</translation>
    </message>
    <message>
        <source>この種類なのに、ほかの種類と答えた写真です。</source>
        <translation>Photos of this class that were given another answer.</translation>
    </message>
    <message>
        <source>ほかの種類なのに、この種類と答えた写真です。</source>
        <translation>Photos of other classes that were given this answer.</translation>
    </message>
</context>
<context>
    <name>ConfusionMatrix</name>
    <message>
        <source>取り違えの表。縦が正解、横が答え</source>
        <translation>Table of mix-ups. Rows are the truth, columns the answer</translation>
    </message>
</context>
<context>
    <name>ConfusionModel</name>
    <message>
        <source>「{truth}」を正しく見分けた：{count} 枚</source>
        <translation>“{truth}” answered rightly: {count}</translation>
    </message>
    <message>
        <source>正解は「{truth}」、答えは「{answer}」：{count} 枚</source>
        <translation>“{truth}” answered as “{answer}”: {count}</translation>
    </message>
</context>
<context>
    <name>CostLine</name>
    <message>
        <source>学習しないので、すぐに結果が出ます。</source>
        <translation>Nothing is learned, so the result comes at once.</translation>
    </message>
    <message>
        <source>この PC でかかる時間を測っています…</source>
        <translation>Measuring the time on this PC…</translation>
    </message>
    <message>
        <source>かかる時間は、まだ測っていません。</source>
        <translation>The time has not been measured yet.</translation>
    </message>
    <message>
        <source>この PC で約 {time}</source>
        <translation>About {time} on this PC</translation>
    </message>
    <message>
        <source>この PC で約 {time}
メモリー約 {memory} GB</source>
        <translation>About {time} on this PC
{memory} GB of memory</translation>
    </message>
    <message>
        <source>{seconds} 秒</source>
        <translation>{seconds} s</translation>
    </message>
    <message>
        <source>{minutes} 分</source>
        <translation>{minutes} min</translation>
    </message>
    <message>
        <source>{hours:.1f} 時間</source>
        <translation>{hours:.1f} h</translation>
    </message>
</context>
<context>
    <name>DecisionBar</name>
    <message>
        <source>直さない</source>
        <translation>Leave as it is</translation>
    </message>
    <message>
        <source>ほかの種類</source>
        <translation>Other class</translation>
    </message>
    <message>
        <source>取り消す（{decision}）</source>
        <translation>Undo ({decision})</translation>
    </message>
    <message>
        <source>いま、人に聞く写真はありません。</source>
        <translation>No photo needs a person at present.</translation>
    </message>
    <message>
        <source>正しい種類はどちらですか？&#x3000;{photo}</source>
        <translation>Which class is right?  {photo}</translation>
    </message>
    <message>
        <source>どちらですか？&#x3000;{photo}&#x3000;（ほかに {waiting} 枚が待っています）</source>
        <translation>Which is it?  {photo}  ({waiting} more waiting)</translation>
    </message>
    <message>
        <source>どちらですか？&#x3000;{photo}</source>
        <translation>Which is it?  {photo}</translation>
    </message>
    <message>
        <source>←&#x3000;{name}</source>
        <translation>←  {name}</translation>
    </message>
    <message>
        <source>{name}&#x3000;→</source>
        <translation>{name}  →</translation>
    </message>
    <message>
        <source>{mark}：{name}</source>
        <translation>{mark}: {name}</translation>
    </message>
</context>
<context>
    <name>DescriptionChecker</name>
    <message>
        <source>写真を見終わると、この説明を確かめられます。</source>
        <translation>The description can be checked once the photos were looked at.</translation>
    </message>
    <message>
        <source>この説明を確かめています…</source>
        <translation>Checking this description…</translation>
    </message>
    <message>
        <source>説明だけで、ラベルの付いた {labelled} 枚のうち {right} 枚がこの種類と分かります。</source>
        <translation>By the description alone, {right} of {labelled} labelled photos are recognised as this class. </translation>
    </message>
    <message numerus="yes">
        <source>「{name}」と %n 枚まちがえます。</source>
        <translation>
            <numerusform>%n is mistaken for “{name}”. </numerusform>
            <numerusform>%n are mistaken for “{name}”. </numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>「{name}」の写真 %n 枚も、この種類に見えます。</source>
        <translation>
            <numerusform>%n photo of “{name}” looks like this class too. </numerusform>
            <numerusform>%n photos of “{name}” look like this class too. </numerusform>
        </translation>
    </message>
    <message>
        <source>見た目の違いを書き足すか、言い方を変えてみてください。学習すれば、写真からも覚えます。</source>
        <translation>Add what looks different, or try other words. Training learns from the photos as well.</translation>
    </message>
    <message>
        <source>まちがえやすい種類は、今のところありません。</source>
        <translation>It is not mistaken for any other class so far.</translation>
    </message>
    <message>
        <source>今は確かめられません。（{what}）</source>
        <translation>It cannot be checked now. ({what})</translation>
    </message>
</context>
<context>
    <name>Drawers</name>
    <message>
        <source>引き出しを開ける</source>
        <translation>Open the drawers</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>調べています</source>
        <translation>Looking</translation>
    </message>
    <message>
        <source>写真を見る方向の数</source>
        <translation>Directions it sees photos by</translation>
    </message>
    <message>
        <source>種類どうしの並び方</source>
        <translation>How classes stand to each other</translation>
    </message>
    <message>
        <source>チャンネルの使い道</source>
        <translation>What channels are used for</translation>
    </message>
    <message>
        <source>学習のあいだの並び方の変化</source>
        <translation>The way through training</translation>
    </message>
    <message>
        <source>図を保存</source>
        <translation>Save the figure</translation>
    </message>
    <message>
        <source>図を保存：{title}</source>
        <translation>Save the figure: {title}</translation>
    </message>
    <message>
        <source>同じ写真を、学習の前と後のモデルに見せて比べています。</source>
        <translation>The same photos are being shown to the model as it was before and after training.</translation>
    </message>
    <message>
        <source>モデルが学習の前から持っていた知識が、どれだけ残ったかを調べます。写真の枚数により、数秒から数分かかります。</source>
        <translation>Looks at how much of what the model knew before training is kept. It takes seconds to minutes, depending on the number of photos.</translation>
    </message>
    <message>
        <source>試験用の写真 {photos} 枚と {classes} 種類で、学習の前と後を比べました。</source>
        <translation>Before and after training were compared on {photos} test photos and {classes} classes.</translation>
    </message>
    <message>
        <source>写真か種類が少ないため、これは測れません。</source>
        <translation>There are too few photos or classes to measure this.</translation>
    </message>
    <message>
        <source>写真を見分けるのに使う方向は、実質 {before} から {after} で、ほとんど変わりません。見方の幅は保たれています。</source>
        <translation>Photos are told apart by {before} directions in effect before and {after} after: hardly any change. The breadth of its view is kept.</translation>
    </message>
    <message>
        <source>写真を見分けるのに使う方向は、実質 {before} から {after} に減りました。見方の幅が狭くなっています。</source>
        <translation>The directions that photos are told apart by went down from {before} to {after} in effect. Its view has become narrower.</translation>
    </message>
    <message>
        <source>写真を見分けるのに使う方向は、実質 {before} から {after} に増えました。見方の幅は狭くなっていません。</source>
        <translation>The directions that photos are told apart by went up from {before} to {after} in effect. Its view has not become narrower.</translation>
    </message>
    <message>
        <source>習った種類の写真と言葉の近さは、学習の前とほとんど変わりません。</source>
        <translation>Photos and words of the learned classes are about as near to each other as before training.</translation>
    </message>
    <message>
        <source>習った種類では、写真と言葉が前より近くなりました（棒が低いほど近い）。</source>
        <translation>Photos and words of the learned classes came nearer to each other (the lower the bar, the nearer).</translation>
    </message>
    <message>
        <source>習った種類では、写真と言葉が前より離れました（棒が低いほど近い）。</source>
        <translation>Photos and words of the learned classes moved apart (the lower the bar, the nearer).</translation>
    </message>
    <message>
        <source>学習の {rounds} 周のあいだの、習った種類の言葉の並びです（0 で、どの種類も同じだけ離れる）。</source>
        <translation>How the words of the learned classes lay through {rounds} rounds of training (0: all classes equally far apart).</translation>
    </message>
    <message>
        <source>習った種類の写真と言葉のずれは、{rounds} 周のあいだ {first} から {last} で、ほとんど変わりません。</source>
        <translation>The gap between photos and words of the learned classes hardly changed over {rounds} rounds: {first} to {last}.</translation>
    </message>
    <message>
        <source>習った種類の写真と言葉のずれは、{rounds} 周で {first} から {last} に縮まりました（0 が理想の並び）。</source>
        <translation>The gap between photos and words of the learned classes shrank from {first} to {last} over {rounds} rounds (0 is the ideal layout).</translation>
    </message>
    <message>
        <source>習った種類の写真と言葉のずれは、{rounds} 周で {first} から {last} に広がりました（0 が理想の並び）。</source>
        <translation>The gap between photos and words of the learned classes grew from {first} to {last} over {rounds} rounds (0 is the ideal layout).</translation>
    </message>
    <message>
        <source>学習の前</source>
        <translation>Before training</translation>
    </message>
    <message>
        <source>学習の後</source>
        <translation>After training</translation>
    </message>
    <message>
        <source>写真の並び</source>
        <translation>Photos</translation>
    </message>
    <message>
        <source>言葉の並び</source>
        <translation>Words</translation>
    </message>
    <message>
        <source>写真と言葉のずれ</source>
        <translation>Photos against words</translation>
    </message>
    <message>
        <source>{count} チャンネルのうち、習った種類の役に立つほうが多いものは {before} から {after} になりました。</source>
        <translation>Of {count} channels, those that serve the learned classes more than the others went from {before} to {after}.</translation>
    </message>
    <message>
        <source>取り置いた種類での重み</source>
        <translation>Weight for classes held back</translation>
    </message>
    <message>
        <source>習った種類での重み</source>
        <translation>Weight for learned classes</translation>
    </message>
</context>
<context>
    <name>ElsewherePart</name>
    <message>
        <source>ほかの場所で撮った写真だったら</source>
        <translation>With photos of another place</translation>
    </message>
    <message>
        <source>調べる：フォルダーを選ぶ…</source>
        <translation>Find out: choose a folder…</translation>
    </message>
    <message>
        <source>別の日、別のライン、別の工場の写真を、種類の名前のフォルダーに分けて選ぶと、学習せずにそのまま見分けます。</source>
        <translation>Choose photos of another day, line or plant, sorted into folders named after the classes: they are judged as they are, nothing is learned of them.</translation>
    </message>
    <message>
        <source>選んだフォルダーの写真を見分けています。</source>
        <translation>The photos in the folder are being judged.</translation>
    </message>
    <message>
        <source>写真のフォルダーを選ぶ</source>
        <translation>Choose the folder of photos</translation>
    </message>
    <message>
        <source>この学習の試験用の写真</source>
        <translation>Test photos of this run</translation>
    </message>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>「{folder}」の写真 {photos} 枚では、正解は {there} です。</source>
        <translation>On {photos} photos of “{folder}” right answers are {there}. </translation>
    </message>
    <message>
        <source>「{folder}」の写真 {photos} 枚では、正解は {there} で、この学習の試験用の写真の {here} より下がります。そこの写真を加えて学習し直してください。</source>
        <translation>On {photos} photos of “{folder}” right answers are {there}, below the {here} of this run’s test photos. Add photos from there and train again. </translation>
    </message>
    <message>
        <source>「{folder}」の写真 {photos} 枚では、正解は {there} で、この学習の試験用の写真の {here} より上がります。</source>
        <translation>On {photos} photos of “{folder}” right answers are {there}, above the {here} of this run’s test photos. </translation>
    </message>
    <message>
        <source>習っていない種類（{names}）の写真は、数えていません。</source>
        <translation>Photos of classes that were not learned ({names}) are not counted.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>ErrorDialog</name>
    <message>
        <source>エラーのお知らせ</source>
        <translation>Something went wrong</translation>
    </message>
    <message>
        <source>詳しい内容を見る</source>
        <translation>Show details</translation>
    </message>
    <message>
        <source>診断ファイルを保存…</source>
        <translation>Save diagnostic file…</translation>
    </message>
    <message>
        <source>診断ファイルの保存先</source>
        <translation>Where to save the diagnostic file</translation>
    </message>
</context>
<context>
    <name>ExportPage</name>
    <message>
        <source>持ち出す</source>
        <translation>Take it away</translation>
    </message>
    <message>
        <source>現場で使う</source>
        <translation>Use on site</translation>
    </message>
    <message>
        <source>「書き出す」を押して確認が済むと、先へ進めます。</source>
        <translation>Press “Write package”; when it is verified you can go on.</translation>
    </message>
    <message>
        <source>学習した結果を、現場の PC で使う 1 つのファイルにします。写真は中に入りません。</source>
        <translation>Makes one file of what was learned, for the PC on site. No photo goes into it.</translation>
    </message>
    <message>
        <source>学習が終わると、ここで結果を書き出せます。</source>
        <translation>When training has ended the result can be written here.</translation>
    </message>
    <message>
        <source>名前</source>
        <translation>Name</translation>
    </message>
    <message>
        <source>保存先</source>
        <translation>Folder</translation>
    </message>
    <message>
        <source>保存先を選ぶ</source>
        <translation>Choose the folder</translation>
    </message>
    <message>
        <source>フォルダーを開く</source>
        <translation>Open folder</translation>
    </message>
    <message>
        <source>SHA-256 をコピー</source>
        <translation>Copy SHA-256</translation>
    </message>
    <message>
        <source>現場の画面で試す</source>
        <translation>Try it on the site page</translation>
    </message>
    <message>
        <source>書き出しの進み</source>
        <translation>Progress of writing</translation>
    </message>
    <message>
        <source>現場の PC に運ぶもの：
1. この .hkd ファイル
2. このプログラムのインストーラー（まだ入っていないとき）
3. 同じモデル（付属のモデル以外を使ったとき）
「プログラムなしで動く」を選んだときは、1 だけで足ります（読み取り用の小さなプログラム hikidashi-onsite で使えます）。</source>
        <translation>Take to the PC on site:
1. this .hkd file
2. the installer of this program, if it is not there yet
3. the same model, if it is not the one that comes along
With “Works without the program” the first is enough (the small reader hikidashi-onsite opens it).</translation>
    </message>
    <message>
        <source>現場の PC に運ぶもの：
1. この .hkd ファイル
2. このプログラムのインストーラー（まだ入っていないとき）
3. 同じモデル（付属のモデル以外を使ったとき。「モデルを見る・取り込む」から現場の PC にも取り込みます）</source>
        <translation>Take to the PC on site:
1. this .hkd file
2. the installer of this program (if it is not there yet)
3. the same model (if it is not the one that comes along; take it in on that PC, too, by “See or import models”)</translation>
    </message>
    <message>
        <source>置きかえて書き出す</source>
        <translation>Replace and write</translation>
    </message>
    <message>
        <source>書き出す</source>
        <translation>Write package</translation>
    </message>
    <message>
        <source>同じ名前のファイルがあります。置きかえます。</source>
        <translation>A file of that name exists. It will be replaced.</translation>
    </message>
    <message>
        <source>書き出したあとで、「要確認」で許すまちがいの割合が変わりました。前に書き出したファイルは、前の割合のままです。もう一度書き出してください。</source>
        <translation>The share of mistakes that “Check by person” allows was changed after this was written. The file written before still has the share of then. Write it again.</translation>
    </message>
    <message>
        <source>名前を入れてください。</source>
        <translation>Enter a name.</translation>
    </message>
    <message>
        <source>保存先のフォルダーが見つかりません。選び直してください。</source>
        <translation>The folder cannot be found. Choose another.</translation>
    </message>
    <message>
        <source>エンジンを準備しています…</source>
        <translation>Starting the engine…</translation>
    </message>
    <message>
        <source>学習した結果を読み込んでいます…</source>
        <translation>Loading what was learned…</translation>
    </message>
    <message>
        <source>書き出す準備をしています…</source>
        <translation>Getting ready to write…</translation>
    </message>
    <message>
        <source>書き出す内容をまとめています…</source>
        <translation>Putting the contents together…</translation>
    </message>
    <message>
        <source>プログラムなしで動くモデルを作り、同じ答えになるか写真で確かめています…</source>
        <translation>Making the model that works without the program, and checking on photos that it answers alike…</translation>
    </message>
    <message>
        <source>ファイルに書いています…</source>
        <translation>Writing the file…</translation>
    </message>
    <message>
        <source>書いたファイルを別に開き直し、同じ答えになるか確かめています…</source>
        <translation>Opening the written file afresh and checking that it gives the same answers…</translation>
    </message>
    <message>
        <source>書き出しています…</source>
        <translation>Writing…</translation>
    </message>
    <message numerus="yes">
        <source>確認済み：別に開き直しても、試験の写真の文 %n 件が一字一句同じでした（自信の差は最大 {difference}）。</source>
        <translation>
            <numerusform>Verified: opened anew, it wrote the %n text about the test photos letter by letter the same (confidence differs by {difference} at most).</numerusform>
            <numerusform>Verified: opened anew, it wrote the %n texts about the test photos letter by letter the same (confidence differs by {difference} at most).</numerusform>
        </translation>
    </message>
    <message>
        <source>確認済み：開き直しても同じ答えでした（最大の差 {difference}）。</source>
        <translation>Verified: opened afresh it gives the same answers (largest difference {difference}).</translation>
    </message>
    <message>
        <source>確認できませんでした。このファイルは使わないでください。</source>
        <translation>It could not be verified. Do not use this file.</translation>
    </message>
    <message>
        <source>{path}
大きさ {size}&#x3000;SHA-256 {sha256}</source>
        <translation>{path}
Size {size}   SHA-256 {sha256}</translation>
    </message>
    <message>
        <source>コピーしました</source>
        <translation>Copied</translation>
    </message>
</context>
<context>
    <name>FewerPart</name>
    <message>
        <source>写真がもっと少なかったら</source>
        <translation>With fewer photos</translation>
    </message>
    <message>
        <source>調べる：写真を減らす</source>
        <translation>Find out: fewer photos</translation>
    </message>
    <message>
        <source>種類ごとに 1、2、4… 枚だけで同じ学習をやり直し、写真をふやした分だけ良くなっているかを調べます。学習の何回分かの時間がかかります。</source>
        <translation>Does the same training again with 1, 2, 4… photos of each class only, to see whether more photos made it better. It takes as long as several trainings.</translation>
    </message>
    <message>
        <source>写真を減らして、同じ学習をやり直しています。</source>
        <translation>The same training is being done again with fewer photos.</translation>
    </message>
    <message>
        <source>{shots} 枚</source>
        <translation>{shots} per class</translation>
    </message>
    <message>
        <source>学習の前</source>
        <translation>Before training</translation>
    </message>
    <message>
        <source>正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。写真をふやした分だけ良くなっています。</source>
        <translation>Right answers: {then} with {few} per class, {now} with {many}. More photos made it better.</translation>
    </message>
    <message>
        <source>正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。ふやした写真のラベルを確かめてください。</source>
        <translation>Right answers: {then} with {few} per class, {now} with {many}. Check the labels of the photos that were added.</translation>
    </message>
    <message>
        <source>正解は、種類ごとに {few} 枚で {then}、{many} 枚で {now} です。この差だけでは、写真をふやすと良くなるとは言えません。</source>
        <translation>Right answers: {then} with {few} per class, {now} with {many}. This difference alone does not say that more photos help.</translation>
    </message>
</context>
<context>
    <name>Figure</name>
    <message>
        <source>{name}（95 % の下端）</source>
        <translation>{name} (95 % low)</translation>
    </message>
    <message>
        <source>{name}（95 % の上端）</source>
        <translation>{name} (95 % high)</translation>
    </message>
</context>
<context>
    <name>HandoverList</name>
    <message>
        <source>確かめたパッケージ</source>
        <translation>Verified package</translation>
    </message>
    <message>
        <source>報告書</source>
        <translation>Report</translation>
    </message>
    <message>
        <source>現場のパソコン</source>
        <translation>PC on site</translation>
    </message>
    <message>
        <source>これから受け持つ人</source>
        <translation>Who answers for it from now on</translation>
    </message>
    <message>
        <source>例：検査室 PC-3</source>
        <translation>e.g. inspection room PC-3</translation>
    </message>
    <message>
        <source>例：製造 2 課 佐藤</source>
        <translation>e.g. Sato, line 2</translation>
    </message>
    <message>
        <source>報告書を選ぶ…</source>
        <translation>Choose the report…</translation>
    </message>
    <message>
        <source>まだありません。「持ち出す」で書き出して確かめると、ここに入ります。</source>
        <translation>Not there yet. Once it is written and verified on “Take it away”, it stands here.</translation>
    </message>
    <message>
        <source>まだありません。</source>
        <translation>Not there yet.</translation>
    </message>
</context>
<context>
    <name>HealthDialog</name>
    <message>
        <source>見守り</source>
        <translation>Monitor</translation>
    </message>
    <message>
        <source>しきい値を変える</source>
        <translation>Change the thresholds</translation>
    </message>
    <message>
        <source> 枚</source>
        <translation> photos</translation>
    </message>
    <message>
        <source> 回</source>
        <translation> looks</translation>
    </message>
    <message>
        <source> 倍</source>
        <translation> times</translation>
    </message>
    <message>
        <source> 秒</source>
        <translation> s</translation>
    </message>
    <message>
        <source>何枚ごとに調べるか</source>
        <translation>Photos per look</translation>
    </message>
    <message>
        <source>何回続いたら学習し直しを勧めるか</source>
        <translation>Looks in a row that advise to train again</translation>
    </message>
    <message>
        <source>見本と違う写真が、これより多いと変化</source>
        <translation>Looks have changed above this share of unlike photos</translation>
    </message>
    <message>
        <source>要確認が、予想のこの倍数より多いと変化</source>
        <translation>Too many unsure above this multiple of the expected</translation>
    </message>
    <message>
        <source>種類の割合が、これより多く入れ替わると変化</source>
        <translation>Class mix has changed above this shift</translation>
    </message>
    <message>
        <source>人の判断との食い違いが、これより多いと変化</source>
        <translation>People disagree too often above this share</translation>
    </message>
    <message>
        <source>1 枚の判定が、これより長いと遅れ</source>
        <translation>Slow when a photo takes longer than</translation>
    </message>
    <message>
        <source>一日のまとめを保存</source>
        <translation>Save the page of the day</translation>
    </message>
    <message>
        <source>学習し直す準備</source>
        <translation>Prepare to train again</translation>
    </message>
    <message>
        <source>しきい値を保存</source>
        <translation>Save the thresholds</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>保存しました</source>
        <translation>Saved</translation>
    </message>
</context>
<context>
    <name>HealthLight</name>
    <message>
        <source>見守り</source>
        <translation>Monitor</translation>
    </message>
    <message>
        <source>見守りのくわしい結果を開く</source>
        <translation>Open the details of the monitor</translation>
    </message>
</context>
<context>
    <name>HelpDialog</name>
    <message>
        <source>使い方</source>
        <translation>Help</translation>
    </message>
    <message>
        <source>章の一覧</source>
        <translation>Chapters</translation>
    </message>
    <message>
        <source>使い方の本文</source>
        <translation>The chapter</translation>
    </message>
    <message>
        <source>使い方を PDF にする…</source>
        <translation>Save the manual as PDF…</translation>
    </message>
    <message>
        <source>IT 担当の方への説明を PDF にする…</source>
        <translation>Save the sheet for the IT officer as PDF…</translation>
    </message>
    <message>
        <source>ひきだしの使い方.pdf</source>
        <translation>Hikidashi manual.pdf</translation>
    </message>
    <message>
        <source>ひきだし_IT担当の方へ.pdf</source>
        <translation>Hikidashi IT sheet.pdf</translation>
    </message>
    <message>
        <source>PDF の保存先</source>
        <translation>Where to save the PDF</translation>
    </message>
    <message>
        <source>使い方（PDF を作っています…）</source>
        <translation>Help (making the PDF…)</translation>
    </message>
</context>
<context>
    <name>HistoryList</name>
    <message>
        <source>これまでの答え</source>
        <translation>Answers so far</translation>
    </message>
</context>
<context>
    <name>HistoryModel</name>
    <message>
        <source>読めません</source>
        <translation>Cannot be read</translation>
    </message>
    <message>
        <source>{name}（人が決めました）</source>
        <translation>{name} (decided by a person)</translation>
    </message>
    <message>
        <source>要確認（{name}？）</source>
        <translation>Unsure ({name}?)</translation>
    </message>
</context>
<context>
    <name>HomePage</name>
    <message>
        <source>はじめる</source>
        <translation>Start</translation>
    </message>
    <message>
        <source>写真を選ぶ</source>
        <translation>Choose photos</translation>
    </message>
    <message>
        <source>プロジェクトを準備しています…</source>
        <translation>Preparing the project…</translation>
    </message>
    <message>
        <source>プロジェクトを作るか、開いてください。</source>
        <translation>Create a project or open one.</translation>
    </message>
    <message>
        <source>新しいプロジェクト</source>
        <translation>New project</translation>
    </message>
    <message>
        <source>名前と保存場所を決めて、写真を選ぶところから始めます。</source>
        <translation>Give it a name and a place, then choose photos.</translation>
    </message>
    <message>
        <source>見本で試す</source>
        <translation>Try the sample</translation>
    </message>
    <message>
        <source>モデルを見る・取り込む…</source>
        <translation>See or import models…</translation>
    </message>
    <message>
        <source>文の見本：</source>
        <translation>Samples with texts:</translation>
    </message>
    <message>
        <source>写真に説明をつける見本で試す</source>
        <translation>Try describing photos</translation>
    </message>
    <message>
        <source>写真に質問する見本で試す</source>
        <translation>Try asking about photos</translation>
    </message>
    <message>
        <source>工場の言い回しで書いた文が付いた、小さな見本です。最後まで通して試せます。</source>
        <translation>A small sample with texts in a plant’s own wording, to try everything to the end.</translation>
    </message>
    <message>
        <source>見本（説明）</source>
        <translation>Sample (descriptions)</translation>
    </message>
    <message>
        <source>見本（質問）</source>
        <translation>Sample (questions)</translation>
    </message>
    <message>
        <source>「{name}」の学習が、裏で続いています。</source>
        <translation>Training of “{name}” goes on in the background.</translation>
    </message>
    <message>
        <source>学習を見る</source>
        <translation>Watch it</translation>
    </message>
    <message>
        <source>「{name}」の学習が途中で止まっています。続きから始められます。</source>
        <translation>Training of “{name}” was cut off. It can go on from there.</translation>
    </message>
    <message>
        <source>プロジェクトを開く</source>
        <translation>Open a project</translation>
    </message>
    <message>
        <source>手元の写真で、製品や不良の見分け方、説明の書き方、質問への答え方をこのパソコンに教えます。写真は外に出ません。</source>
        <translation>Teach this PC to tell products and defects apart, to describe them, or to answer questions about them, with your own photos. They never leave it.</translation>
    </message>
    <message>
        <source>前に作ったフォルダーを選んで、続きから始めます。</source>
        <translation>Choose the folder you made before and go on.</translation>
    </message>
    <message>
        <source>できたモデルを使う</source>
        <translation>Use a tuned model</translation>
    </message>
    <message>
        <source>現場用パッケージを開いて、写真を判定します。</source>
        <translation>Open a package and judge photos.</translation>
    </message>
    <message>
        <source>最近使ったプロジェクト</source>
        <translation>Recent projects</translation>
    </message>
    <message>
        <source>まだありません。最初は「見本で試す」がおすすめです。</source>
        <translation>None yet. “Try the sample” is a good first step.</translation>
    </message>
    <message>
        <source>続きから学習する</source>
        <translation>Go on training</translation>
    </message>
    <message>
        <source>見本</source>
        <translation>Sample</translation>
    </message>
    <message>
        <source>付属の写真で、最後まで通して試せます。写真の用意は要りません。</source>
        <translation>Go through every step with the photos that come along. You need none of your own.</translation>
    </message>
    <message>
        <source>プロジェクトのフォルダーを選ぶ</source>
        <translation>Choose the project&apos;s folder</translation>
    </message>
</context>
<context>
    <name>JudgedPhotosModel</name>
    <message>
        <source>正解：{truth}
答え：{answer}
自信：{percent} %</source>
        <translation>Truth: {truth}
Answer: {answer}
Confidence: {percent} %</translation>
    </message>
    <message>
        <source>正解どおり：{truth}
自信：{percent} %</source>
        <translation>Right: {truth}
Confidence: {percent} %</translation>
    </message>
</context>
<context>
    <name>KeysDialog</name>
    <message>
        <source>キーとバーコードリーダーの設定</source>
        <translation>Keys and barcode scanner</translation>
    </message>
    <message>
        <source>前と同じ種類</source>
        <translation>Same class as the last</translation>
    </message>
    <message>
        <source>迷う</source>
        <translation>Not sure</translation>
    </message>
    <message>
        <source>使わない</source>
        <translation>Not usable</translation>
    </message>
    <message>
        <source>メモ</source>
        <translation>Comment</translation>
    </message>
    <message>
        <source>バーコードリーダーの読み取りを、キーと見分ける</source>
        <translation>Tell what a barcode scanner reads from keys</translation>
    </message>
    <message>
        <source>なし</source>
        <translation>none</translation>
    </message>
    <message>
        <source>変える</source>
        <translation>Change</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>「{sign}」が2か所にあります。1つのキーは1つのことにだけ使えます。</source>
        <translation>“{sign}” is there twice. One key can do one thing only.</translation>
    </message>
    <message>
        <source>種類のキーに「{sign}」は使えません。1〜9 か、英字の a〜z を入れてください。</source>
        <translation>“{sign}” cannot be the key of a class. Enter one of 1 to 9 or a to z.</translation>
    </message>
    <message>
        <source>数字「{sign}」は種類のためのキーです。ほかの記号か英字を入れてください。</source>
        <translation>The digit “{sign}” is for classes. Enter another sign or a letter.</translation>
    </message>
    <message>
        <source>種類のキー（1〜9、a〜z）</source>
        <translation>Keys of the classes (1 to 9, a to z)</translation>
    </message>
    <message>
        <source>ほかのキー</source>
        <translation>Other keys</translation>
    </message>
    <message>
        <source>バーコードリーダー</source>
        <translation>Barcode scanner</translation>
    </message>
    <message>
        <source>コードの前に付く文字</source>
        <translation>Signs before the code</translation>
    </message>
    <message>
        <source>コードの後に送るキー</source>
        <translation>Key sent after the code</translation>
    </message>
    <message>
        <source>バーコードリーダーは、キーボードと同じように文字を送ります。とても速く届いて最後にこのキーが来たものを、コードとして読みます。速く届いた数字がラベルになることはありません。種類のコードは、種類の「名前と説明を変える」で入れるか、読み取って覚えさせます。</source>
        <translation>A barcode scanner sends signs as a keyboard does. What comes very fast and ends with this key is read as a code; digits that come so fast never become labels. Enter a class&apos;s code under “Change name and description”, or scan it and choose its class.</translation>
    </message>
</context>
<context>
    <name>LabelExtras</name>
    <message>
        <source>コード「{code}」の種類は、まだ決まっていません。どの種類のコードか選ぶと、次からは読み取るだけで付きます。</source>
        <translation>No class has the code “{code}” yet. Choose whose code it is, and from now on scanning it will label.</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>種類を選んで覚える</source>
        <translation>Choose its class</translation>
    </message>
    <message>
        <source>とても速く届いた文字は、終わりのキーがなかったので使いませんでした。ラベルは変わっていません。バーコードリーダーのときは、「そのほか」→「キーとバーコードリーダーの設定」で、前後に送る文字を合わせてください。</source>
        <translation>Signs that came very fast were not used, as the key at the end was missing. No label was changed. If this was a barcode scanner, set what it sends before and after a code under “More”, “Keys and barcode scanner”.</translation>
    </message>
    <message numerus="yes">
        <source>選んだ写真のメモ（%n 枚）</source>
        <translation>
            <numerusform>Comment on %n selected photo</numerusform>
            <numerusform>Comment on %n selected photos</numerusform>
        </translation>
    </message>
    <message>
        <source>気づいたこと（空にすると消えます）</source>
        <translation>What you noticed (leave empty to remove it)</translation>
    </message>
    <message>
        <source>名前を変える</source>
        <translation>Change the name</translation>
    </message>
    <message>
        <source>ラベルと記録に残る名前</source>
        <translation>The name that labels and the record will carry</translation>
    </message>
    <message>
        <source>二人目（{name}さん）として付けています。一人目のラベルは見えません。</source>
        <translation>You are labelling as the second person ({name}). The first one&apos;s labels are hidden.</translation>
    </message>
    <message>
        <source>二人目を終える</source>
        <translation>Finish as the second</translation>
    </message>
    <message>
        <source>記録を書き出す</source>
        <translation>Write the record</translation>
    </message>
    <message>
        <source>記録を「{name}」に書き出しました。最後の行の印「{last}…」を紙などに控えておくと、後から書き換えがなかったことを確かめられます。</source>
        <translation>The record was written to “{name}”. Note the mark of its last row, “{last}…”, on paper: with it you can prove later that nothing was rewritten.</translation>
    </message>
</context>
<context>
    <name>LabelFiles</name>
    <message>
        <source>取り込む・書き出す</source>
        <translation>Take in or hand out</translation>
    </message>
    <message>
        <source>ほかのプログラムのラベルを取り込む、または、ほかのプログラムへ渡す</source>
        <translation>Take labels from another program, or hand them to one</translation>
    </message>
    <message>
        <source>ラベルを取り込む（CSV・Excel・COCO・Label Studio）…</source>
        <translation>Take in labels (CSV, Excel, COCO, Label Studio)…</translation>
    </message>
    <message>
        <source>ラベルの表を書き出す（CSV）…</source>
        <translation>Write a table of labels (CSV)…</translation>
    </message>
    <message>
        <source>ラベルを書き出す（COCO）…</source>
        <translation>Write labels (COCO)…</translation>
    </message>
    <message>
        <source>写真を種類ごとのフォルダーにコピーする…</source>
        <translation>Copy photos to one folder per class…</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Stop</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>「{name}」を読んでいます…</source>
        <translation>Reading “{name}”…</translation>
    </message>
    <message>
        <source>「{name}」に書き出しています…</source>
        <translation>Writing “{name}”…</translation>
    </message>
    <message numerus="yes">
        <source>%n 枚にラベルを付けました。「元に戻す」で戻せます。</source>
        <translation>
            <numerusform>%n photo was labelled. “Undo” takes it back.</numerusform>
            <numerusform>%n photos were labelled. “Undo” takes it back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、もう同じラベルでした。</source>
        <translation>
            <numerusform>%n photo had the same label already.</numerusform>
            <numerusform>%n photos had the same label already.</numerusform>
        </translation>
    </message>
    <message>
        <source>この写真はプロジェクトにありません</source>
        <translation>Not among the project&apos;s photos</translation>
    </message>
    <message>
        <source>同じ名前の写真がいくつもあり、どれか分かりません</source>
        <translation>Several photos have this name, so it is unclear which one is meant</translation>
    </message>
    <message>
        <source>ファイルの中で2つ以上の種類になっています</source>
        <translation>In more than one class in the file</translation>
    </message>
    <message numerus="yes">
        <source>（%n 件）</source>
        <translation>
            <numerusform> (%n)</numerusform>
            <numerusform> (%n)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚分を「{name}」に書き出しました。</source>
        <translation>
            <numerusform>%n photo was written to “{name}”.</numerusform>
            <numerusform>%n photos were written to “{name}”.</numerusform>
        </translation>
    </message>
    <message>
        <source>読めなかった写真: {names}</source>
        <translation>Photos that could not be read: {names}</translation>
    </message>
    <message>
        <source>ラベルのファイル ({suffixes})</source>
        <translation>Files of labels ({suffixes})</translation>
    </message>
    <message>
        <source>ラベルのファイルを選ぶ</source>
        <translation>Choose a file of labels</translation>
    </message>
    <message>
        <source>書き出す場所と名前を決める</source>
        <translation>Choose where to write, and the name</translation>
    </message>
    <message>
        <source>Teachable Machine から写真ごと取り込む（.tm）…</source>
        <translation>Take in a Teachable Machine project with its photos (.tm)…</translation>
    </message>
    <message>
        <source>Lobe のプロジェクトから写真ごと取り込む…</source>
        <translation>Take in a Lobe project with its photos…</translation>
    </message>
    <message>
        <source>写真 {photos} 枚を取り込み、{labelled} 枚にラベルを付けました。</source>
        <translation>{photos} photos were taken in and {labelled} labelled. </translation>
    </message>
    <message numerus="yes">
        <source>写真として読めなかった %n 枚は除きました。</source>
        <translation>
            <numerusform>%n that could not be read as a photo was left out.</numerusform>
            <numerusform>%n that could not be read as photos were left out.</numerusform>
        </translation>
    </message>
    <message>
        <source>Teachable Machine のプロジェクト ({suffixes})</source>
        <translation>Teachable Machine project ({suffixes})</translation>
    </message>
    <message>
        <source>プロジェクトのファイルを選ぶ</source>
        <translation>Choose the project file</translation>
    </message>
    <message>
        <source>Lobe のプロジェクトのフォルダーを選ぶ</source>
        <translation>Choose the folder of the Lobe project</translation>
    </message>
</context>
<context>
    <name>LabelTools</name>
    <message>
        <source>また使う</source>
        <translation>Use again</translation>
    </message>
    <message>
        <source>使わない</source>
        <translation>Not usable</translation>
    </message>
    <message>
        <source>まだの写真へ</source>
        <translation>Next without text</translation>
    </message>
    <message>
        <source>まだ書いていない、次の写真へ進みます。</source>
        <translation>Goes on to the next photo that has no text yet.</translation>
    </message>
    <message>
        <source>前と同じ</source>
        <translation>Same again</translation>
    </message>
    <message>
        <source>直前に付けた種類を、選んだ写真にも付けます。</source>
        <translation>Gives the selected photos the class that was given last.</translation>
    </message>
    <message>
        <source>迷う</source>
        <translation>Not sure</translation>
    </message>
    <message>
        <source>決められない写真に印を付けます。種類を付けるまで、学習に使いません。</source>
        <translation>Marks photos that you cannot decide on. Nothing is learned from them until they are given a class.</translation>
    </message>
    <message>
        <source>ぶれた写真や写っていない写真を、学習にも試験にも使いません。「表示」の「使わない写真」で見直せます。</source>
        <translation>Leaves blurred or empty photos out of training and tests. “Photos not used” under “Show” brings them back into view.</translation>
    </message>
    <message>
        <source>メモ…</source>
        <translation>Comment…</translation>
    </message>
    <message>
        <source>選んだ写真に、気づいたことを書いておきます。</source>
        <translation>Notes what you noticed on the selected photos.</translation>
    </message>
    <message>
        <source>そのほか</source>
        <translation>More</translation>
    </message>
    <message>
        <source>キーとバーコードリーダーの設定…</source>
        <translation>Keys and barcode scanner…</translation>
    </message>
    <message>
        <source>名前を変える（今は「{name}」）…</source>
        <translation>Change the name (now “{name}”)…</translation>
    </message>
    <message>
        <source>二人目としてラベルを付ける…</source>
        <translation>Label as a second person…</translation>
    </message>
    <message>
        <source>2人の食い違いを決める…</source>
        <translation>Settle the differences of the two…</translation>
    </message>
    <message>
        <source>だれがいつ何をしたかの記録を書き出す（CSV）…</source>
        <translation>Write the record of who did what and when (CSV)…</translation>
    </message>
</context>
<context>
    <name>LabelsPage</name>
    <message>
        <source>ラベルを付ける</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>やり方を選ぶ</source>
        <translation>Choose a way</translation>
    </message>
    <message>
        <source>先に「はじめる」でプロジェクトを開いてください。</source>
        <translation>Open a project on the start page first.</translation>
    </message>
    <message>
        <source>写真を読み込んでいます…</source>
        <translation>Loading photos…</translation>
    </message>
    <message>
        <source>2 つ以上の種類に、写真のラベルを付けてください。</source>
        <translation>Label photos of at least two classes.</translation>
    </message>
    <message>
        <source>ラベルを付け終わったら、「写真を選ぶ」に戻って特徴を取り出してください。特徴だけで学習します。</source>
        <translation>When all is labelled, go back to “Choose photos” and extract the features. Training then uses features only.</translation>
    </message>
    <message>
        <source>このプロジェクトは写真を残していないので、ラベルと種類は変えられません。このまま次へ進めます。</source>
        <translation>This project keeps no photos, so labels and classes cannot be changed. You can go on as it is.</translation>
    </message>
    <message>
        <source>大きく見る</source>
        <translation>Look closer</translation>
    </message>
    <message>
        <source>画素まで拡大して見ます（写真のダブルクリックでも開きます）</source>
        <translation>Look down to each pixel (a double click on a photo opens it, too)</translation>
    </message>
    <message>
        <source>写真の一覧</source>
        <translation>List of photos</translation>
    </message>
    <message>
        <source>選んだ写真</source>
        <translation>Selected photo</translation>
    </message>
    <message>
        <source>{labelled}／{total} 枚にラベルが付いています。</source>
        <translation>{labelled} of {total} photos are labelled.</translation>
    </message>
    <message>
        <source>{words}枚数に大きな差があります。少ない種類を足すと、見逃しが減ります。</source>
        <translation>{words} The counts differ a lot; more photos of the rare classes mean fewer misses.</translation>
    </message>
    <message>
        <source>{key} のキーの種類は、まだありません。</source>
        <translation>No class has the key {key} yet.</translation>
    </message>
    <message numerus="yes">
        <source>そっくりな %n 枚に付きます（Enter で開く）</source>
        <translation>
            <numerusform>Labels %n photo</numerusform>
            <numerusform>Labels %n look-alikes (Enter opens)</numerusform>
        </translation>
    </message>
    <message>
        <source>まだ書いていない写真は、もうありません。</source>
        <translation>Every photo has a text now.</translation>
    </message>
    <message>
        <source>写真を選び、数字キー（1〜9）で種類を付けます。0 で外します。「？」は提案です。スペース キーで、そのとおりに付きます。</source>
        <translation>Select photos and press a number (1–9) to label them, 0 to take a label away. “？” marks a suggestion: the space bar accepts it.</translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は迷っているので、学習に使いません。</source>
        <translation>
            <numerusform> %n is marked “not sure” and not learned from.</numerusform>
            <numerusform> %n are marked “not sure” and not learned from.</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>LargePhoto</name>
    <message>
        <source>写真を大きく見る</source>
        <translation>Look closer at a photo</translation>
    </message>
    <message>
        <source>ホイールか ＋ － キーで拡大、ドラッグで移動、ダブルクリックで等倍。← → で前後の写真。</source>
        <translation>Wheel or + and − keys to enlarge, drag to move, double click for pixel by pixel. ← → for the photos before and after.</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>この写真は開けません。</source>
        <translation>This photo cannot be opened.</translation>
    </message>
</context>
<context>
    <name>MainWindow</name>
    <message>
        <source>戻る</source>
        <translation>Back</translation>
    </message>
    <message>
        <source>引き出し</source>
        <translation>Hikidashi</translation>
    </message>
    <message>
        <source>いまここ</source>
        <translation>you are here</translation>
    </message>
    <message>
        <source>済み</source>
        <translation>done</translation>
    </message>
    <message>
        <source>前のページに戻る</source>
        <translation>Back to the page before</translation>
    </message>
    <message>
        <source>{project} － 引き出し</source>
        <translation>{project} – Hikidashi</translation>
    </message>
    <message>
        <source>引き出し Hikidashi</source>
        <translation>Hikidashi</translation>
    </message>
    <message>
        <source>学習の途中です</source>
        <translation>Training is under way</translation>
    </message>
    <message>
        <source>学習の途中です。どうしますか？</source>
        <translation>Training is under way. What should happen?</translation>
    </message>
    <message>
        <source>途中まで学習した内容は保存されます。次に開いたときに、続きから始められます。</source>
        <translation>What was learned so far is kept. You can go on when you open the program again.</translation>
    </message>
    <message>
        <source>裏で学習を続ける</source>
        <translation>Keep training in the background</translation>
    </message>
    <message>
        <source>学習を中断して閉じる</source>
        <translation>Interrupt training and close</translation>
    </message>
    <message>
        <source>閉じない</source>
        <translation>Stay</translation>
    </message>
    <message>
        <source>ファイル(&amp;F)</source>
        <translation>&amp;File</translation>
    </message>
    <message>
        <source>表示(&amp;V)</source>
        <translation>&amp;View</translation>
    </message>
    <message>
        <source>ヘルプ(&amp;H)</source>
        <translation>&amp;Help</translation>
    </message>
    <message>
        <source>はじめの画面</source>
        <translation>Start page</translation>
    </message>
    <message>
        <source>モデル…</source>
        <translation>Models…</translation>
    </message>
    <message>
        <source>終了</source>
        <translation>Quit</translation>
    </message>
    <message>
        <source>言語 / Language</source>
        <translation>言語 / Language</translation>
    </message>
    <message>
        <source>明るさ</source>
        <translation>Brightness</translation>
    </message>
    <message>
        <source>文字の大きさ</source>
        <translation>Text size</translation>
    </message>
    <message>
        <source>このページの使い方</source>
        <translation>Help for this page</translation>
    </message>
    <message>
        <source>引き出しについて</source>
        <translation>About Hikidashi</translation>
    </message>
    <message>
        <source>パソコンに合わせる</source>
        <translation>As the PC is set</translation>
    </message>
    <message>
        <source>明るい</source>
        <translation>Light</translation>
    </message>
    <message>
        <source>暗い</source>
        <translation>Dark</translation>
    </message>
    <message>
        <source>引き出し Hikidashi {version}
写真はこのパソコンの外に出ません。
ログの場所：{log}</source>
        <translation>Hikidashi {version}
Your photos never leave this PC.
Logs: {log}</translation>
    </message>
</context>
<context>
    <name>MethodChooser</name>
    <message>
        <source>名前や言葉で探す</source>
        <translation>Find by name or words</translation>
    </message>
    <message>
        <source>やり方を名前や言葉で探す</source>
        <translation>Find a way to train by name or words</translation>
    </message>
    <message>
        <source>すべてのやり方</source>
        <translation>Every way to train</translation>
    </message>
    <message>
        <source>その言葉のやり方はありません。別の言葉で探してください。</source>
        <translation>Nothing goes by these words. Try others.</translation>
    </message>
    <message>
        <source>おまかせ</source>
        <translation>Automatic</translation>
    </message>
    <message>
        <source>比べる基準・軽いやり方</source>
        <translation>Marks to compare with, and light ways</translation>
    </message>
    <message>
        <source>説明文だけを学習</source>
        <translation>Learn the wording only</translation>
    </message>
    <message>
        <source>写真の見方も学習</source>
        <translation>Learn how photos are seen, too</translation>
    </message>
    <message>
        <source>モデルの中を学習</source>
        <translation>Learn inside the model</translation>
    </message>
    <message>
        <source>専用の判定を加える（DePT）</source>
        <translation>With a head of its own (DePT)</translation>
    </message>
    <message>
        <source>種類どうしを引き離す（NPT）</source>
        <translation>Classes held apart (NPT)</translation>
    </message>
    <message>
        <source>二段階で強くする（PT-PEFT）</source>
        <translation>Stronger in two stages (PT-PEFT)</translation>
    </message>
    <message>
        <source>技術名：{composition}（出典：{sources}）</source>
        <translation>Technical name: {composition} (source: {sources})</translation>
    </message>
    <message>
        <source>習っていない種類は、元のモデルの説明文で見分けます。</source>
        <translation>Classes that are not learned are told apart by the original model and their descriptions.</translation>
    </message>
    <message>
        <source>写真を毎回モデルに通して学習するので、時間が長くかかります。</source>
        <translation>Takes long: in every round the photos go through the model again.</translation>
    </message>
</context>
<context>
    <name>ModelRow</name>
    <message>
        <source>使えます</source>
        <translation>ready</translation>
    </message>
    <message>
        <source>まだこのパソコンにありません</source>
        <translation>not on this PC yet</translation>
    </message>
    <message>
        <source>壊れています</source>
        <translation>damaged</translation>
    </message>
    <message>
        <source>ファイルに入れる</source>
        <translation>Put into the file</translation>
    </message>
    <message>
        <source>削除</source>
        <translation>Remove</translation>
    </message>
    <message>
        <source>ダウンロード…</source>
        <translation>Download…</translation>
    </message>
    <message>
        <source>プログラムに付属</source>
        <translation>comes with the program</translation>
    </message>
    <message>
        <source>ファイルから取り込み</source>
        <translation>imported from a file</translation>
    </message>
    <message>
        <source>ダウンロードしたもの</source>
        <translation>downloaded</translation>
    </message>
    <message>
        <source>ライセンス：{licence}</source>
        <translation>licence: {licence}</translation>
    </message>
    <message>
        <source>照合値：{hash}…</source>
        <translation>checksum: {hash}…</translation>
    </message>
</context>
<context>
    <name>ModelsDialog</name>
    <message>
        <source>モデル</source>
        <translation>Models</translation>
    </message>
    <message>
        <source>学習のもとになるモデルです。インターネットのないパソコンへは、つながるパソコンで 1 つのファイルにして、USB メモリーで運びます。</source>
        <translation>The models that training starts from. For a PC with no internet, put them into one file on a connected PC and carry it over on a USB stick.</translation>
    </message>
    <message>
        <source>ファイルから取り込む…</source>
        <translation>Import from a file…</translation>
    </message>
    <message>
        <source>フォルダーから取り込む…</source>
        <translation>Import from a folder…</translation>
    </message>
    <message>
        <source>選んだモデルを 1 つのファイルにする…</source>
        <translation>Put the chosen models into one file…</translation>
    </message>
    <message>
        <source>モデルのファイル（{suffix}）やフォルダーは、ここに落としても取り込めます。</source>
        <translation>You can also drop a file of models ({suffix}), or a folder with one model, here.</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>進み</source>
        <translation>Progress</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>モデルのまとめファイル (*{suffix})</source>
        <translation>Model bundle (*{suffix})</translation>
    </message>
    <message>
        <source>取り込むファイルを選ぶ</source>
        <translation>Choose the file to import</translation>
    </message>
    <message>
        <source>モデルのフォルダーを選ぶ</source>
        <translation>Choose the folder of a model</translation>
    </message>
    <message>
        <source>保存先を選ぶ</source>
        <translation>Choose where to save it</translation>
    </message>
    <message>
        <source>ダウンロード</source>
        <translation>Download</translation>
    </message>
    <message>
        <source>「{name}」をインターネットからダウンロードしますか？</source>
        <translation>Download “{name}” from the internet?</translation>
    </message>
    <message>
        <source>大きさは約 {size}、ライセンスは {licence} です。このモデルを受け取るためだけに、配布元につなぎます。写真は送りません。</source>
        <translation>It is about {size}, under the licence {licence}. The program connects to its publisher for this model only. No photo is sent.</translation>
    </message>
    <message>
        <source>ダウンロードする</source>
        <translation>Download</translation>
    </message>
    <message>
        <source>やめています…</source>
        <translation>Stopping…</translation>
    </message>
    <message>
        <source>読み込めることを確かめています…</source>
        <translation>Checking that it loads…</translation>
    </message>
    <message>
        <source>準備しています…</source>
        <translation>Getting ready…</translation>
    </message>
    <message>
        <source>照合しながら取り込んでいます：{done}／{total}</source>
        <translation>Checking and importing: {done} of {total}</translation>
    </message>
    <message>
        <source>書き込んで、読み返して確かめています：{done}／{total}</source>
        <translation>Writing, and reading back to check: {done} of {total}</translation>
    </message>
    <message>
        <source>ダウンロードしています：{done}／{total}</source>
        <translation>Downloading: {done} of {total}</translation>
    </message>
    <message>
        <source>あと約 {seconds} 秒</source>
        <translation>about {seconds} s left</translation>
    </message>
    <message>
        <source>あと約 {minutes} 分</source>
        <translation>about {minutes} min left</translation>
    </message>
    <message>
        <source>「{name}」を削除しました。この画面を閉じると {size} の空きができます。このモデルを使う現場用パッケージは、このパソコンでは動かなくなります。</source>
        <translation>“{name}” was removed. Closing this screen frees {size}. Packages that need this model no longer work on this PC.</translation>
    </message>
    <message>
        <source>{names} を「{path}」に書き込み、読み返して、もとと同じであることを確かめました。USB メモリーを安全に取り外して、もう一方のパソコンで「ファイルから取り込む…」を押してください。</source>
        <translation>{names} written to “{path}”, read back, and found the same as here. Eject the USB stick safely, then press “Import from a file…” on the other PC.</translation>
    </message>
    <message>
        <source>「{name}」を取り込みました。プログラムが入っていないことと、読み込めることを確かめました。</source>
        <translation>“{name}” was imported: no program came along with it, and it loads.</translation>
    </message>
    <message>
        <source>{names} を取り込みました。中身が送り出したときと同じで、読み込めることを確かめました。</source>
        <translation>Imported {names}. Checked: the content is what was sent, and it loads.</translation>
    </message>
    <message>
        <source>{names} は、同じものがすでにこのパソコンにあります。</source>
        <translation>{names}: the same is on this PC already.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
</context>
<context>
    <name>NewClassDialog</name>
    <message>
        <source>例：青いキャップ</source>
        <translation>e.g. Blue cap</translation>
    </message>
    <message>
        <source>例：a blue plastic cap</source>
        <translation>e.g. a blue plastic cap</translation>
    </message>
    <message>
        <source>どちらでもない</source>
        <translation>Neither</translation>
    </message>
    <message>
        <source>名前と、見た目を表す英語の言葉だけで、新しい種類を見分けられるようにします。学習はしません。写真で学習した種類ほど正確ではないので、はじめは人が確かめてください。</source>
        <translation>A new class is told by its name and English words for how it looks; nothing is trained. It is less accurate than classes learned from photos, so have a person check its answers at first.</translation>
    </message>
    <message>
        <source>種類の名前</source>
        <translation>Name of the class</translation>
    </message>
    <message>
        <source>見た目（英語）</source>
        <translation>How it looks (English)</translation>
    </message>
    <message>
        <source>区別</source>
        <translation>Meaning</translation>
    </message>
    <message>
        <source>足す</source>
        <translation>Add</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>種類を名前だけで足す</source>
        <translation>Add a class by its name</translation>
    </message>
    <message>
        <source>同じ名前の種類があります。</source>
        <translation>There is a class of that name already.</translation>
    </message>
</context>
<context>
    <name>NewPinDialog</name>
    <message>
        <source>この画面から出るときの、責任者の暗証番号を決めます（4 文字以上）。忘れたときは、情報システムの担当者が設定ファイル settings.json の「pin」を消すと、決め直せます。</source>
        <translation>Choose the PIN with which the supervisor leaves this screen (4 characters or more). If it is forgotten, the IT officer deletes “pin” in the file settings.json, and a new one can be chosen.</translation>
    </message>
    <message>
        <source>暗証番号</source>
        <translation>PIN</translation>
    </message>
    <message>
        <source>もう一度</source>
        <translation>Again</translation>
    </message>
    <message>
        <source>暗証番号を決める</source>
        <translation>Choose a PIN</translation>
    </message>
    <message>
        <source>暗証番号をもう一度</source>
        <translation>PIN once more</translation>
    </message>
    <message>
        <source>決めてロックする</source>
        <translation>Keep this PIN</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>二つの暗証番号が違います。</source>
        <translation>The two PINs differ.</translation>
    </message>
</context>
<context>
    <name>NewProjectDialog</name>
    <message>
        <source>新しいプロジェクト</source>
        <translation>New project</translation>
    </message>
    <message>
        <source>例：ボルト外観検査</source>
        <translation>e.g. bolt inspection</translation>
    </message>
    <message>
        <source>場所を変える…</source>
        <translation>Choose another place…</translation>
    </message>
    <message>
        <source>作る</source>
        <translation>Create</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>プロジェクトの名前</source>
        <translation>Name of the project</translation>
    </message>
    <message>
        <source>保存場所</source>
        <translation>Place</translation>
    </message>
    <message>
        <source>保存場所を選ぶ</source>
        <translation>Choose the place</translation>
    </message>
    <message>
        <source>先に名前を入れてください。</source>
        <translation>Enter a name first.</translation>
    </message>
</context>
<context>
    <name>OkNgDialog</name>
    <message>
        <source>どちらでもない</source>
        <translation>Neither</translation>
    </message>
    <message>
        <source>種類ごとに、合格（OK）か不合格（NG）かを決めます。画面の色・形・言葉と音が、これに従います。</source>
        <translation>Say for each class whether it is OK or NG. Colour, shape, word and sound on the screen follow it.</translation>
    </message>
    <message>
        <source>決める</source>
        <translation>Save</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>OK と NG を決める</source>
        <translation>Set OK and NG</translation>
    </message>
</context>
<context>
    <name>OnSiteCare</name>
    <message>
        <source>保存しました</source>
        <translation>Saved</translation>
    </message>
    <message>
        <source>人が決めた写真 {decided} 枚（正解ラベル付き）と、そのほかの役に立つ写真 {others} 枚を、コピーして入れます。</source>
        <translation>Photos that people decided on ({decided}, with their labels) and other useful photos ({others}) are copied into it.</translation>
    </message>
    <message>
        <source>使える新しい写真が、まだありません。</source>
        <translation>There are no new photos to use yet.</translation>
    </message>
    <message>
        <source>人が確かめた文 {texts} 件（うち直したもの {corrected} 件）と、その写真 {photos} 枚を、コピーして入れます。</source>
        <translation>{texts} texts that people checked ({corrected} of them corrected) are copied in with their {photos} photos.</translation>
    </message>
    <message>
        <source>一日のまとめを保存する場所</source>
        <translation>Where to save the page of the day</translation>
    </message>
</context>
<context>
    <name>OnSiteTools</name>
    <message>
        <source>先にパッケージを開いてください。</source>
        <translation>Open a package first.</translation>
    </message>
    <message>
        <source>パッケージを開く</source>
        <translation>Open a package</translation>
    </message>
    <message>
        <source>写真を選ぶ</source>
        <translation>Choose photos</translation>
    </message>
    <message>
        <source>フォルダーを選ぶ</source>
        <translation>Choose a folder</translation>
    </message>
    <message>
        <source>見張る</source>
        <translation>Watch</translation>
    </message>
    <message>
        <source>そのほか</source>
        <translation>More</translation>
    </message>
    <message>
        <source>フォルダーを見張る…</source>
        <translation>Watch a folder…</translation>
    </message>
    <message>
        <source>カメラにつなぐ…</source>
        <translation>Connect a camera…</translation>
    </message>
    <message>
        <source>見張りをやめる</source>
        <translation>Stop watching</translation>
    </message>
    <message>
        <source>種類を名前だけで足す…</source>
        <translation>Add a class by its name…</translation>
    </message>
    <message>
        <source>OK と NG を決める…</source>
        <translation>Set OK and NG…</translation>
    </message>
    <message>
        <source>音を鳴らす（このパソコンには音を出すプログラムがありません）</source>
        <translation>Play sounds (this PC has no program for it)</translation>
    </message>
    <message>
        <source>音を鳴らす</source>
        <translation>Play sounds</translation>
    </message>
    <message>
        <source>ロックして全画面にする…</source>
        <translation>Lock in full screen…</translation>
    </message>
    <message>
        <source>暗証番号を変える…</source>
        <translation>Change the PIN…</translation>
    </message>
    <message>
        <source>現場用パッケージ (*.hkd)</source>
        <translation>Packages (*.hkd)</translation>
    </message>
    <message>
        <source>写真 ({suffixes})</source>
        <translation>Photos ({suffixes})</translation>
    </message>
    <message>
        <source>見張るフォルダーを選ぶ</source>
        <translation>Choose the folder to watch</translation>
    </message>
</context>
<context>
    <name>OnsitePage</name>
    <message>
        <source>現場で使う</source>
        <translation>Use on site</translation>
    </message>
    <message>
        <source>はじめに戻る</source>
        <translation>Back to start</translation>
    </message>
    <message>
        <source>残りをやめる</source>
        <translation>Skip the rest</translation>
    </message>
    <message>
        <source>CSV で保存</source>
        <translation>Save as CSV</translation>
    </message>
    <message>
        <source>判定の進み</source>
        <translation>Progress of judging</translation>
    </message>
    <message>
        <source>読めません</source>
        <translation>Cannot be read</translation>
    </message>
    <message>
        <source>人が決めました</source>
        <translation>Decided by a person</translation>
    </message>
    <message>
        <source>人が確認してください。いちばん近いのは「{name}」（自信 {percent} %）</source>
        <translation>A person should look. Nearest is “{name}” ({percent} % confident)</translation>
    </message>
    <message>
        <source>全画面（F11）</source>
        <translation>Full screen (F11)</translation>
    </message>
    <message>
        <source>全画面を出る（Esc）</source>
        <translation>Leave full screen (Esc)</translation>
    </message>
    <message>
        <source>要確認</source>
        <translation>UNSURE</translation>
    </message>
    <message>
        <source>自信 {percent} %</source>
        <translation>{percent} % confident</translation>
    </message>
    <message>
        <source>{sure}、次は「{name}」{percent} %</source>
        <translation>{sure}, next “{name}” {percent} %</translation>
    </message>
    <message>
        <source>{answered}／{asked} 枚</source>
        <translation>{answered} of {asked}</translation>
    </message>
    <message>
        <source>記録：{path}</source>
        <translation>Record: {path}</translation>
    </message>
    <message>
        <source>パッケージはまだ開いていません。</source>
        <translation>No package is open yet.</translation>
    </message>
    <message>
        <source>{name}（{count} 種類）</source>
        <translation>{name} ({count} classes)</translation>
    </message>
    <message>
        <source>見張り中：{source}</source>
        <translation>Watching: {source}</translation>
    </message>
    <message numerus="yes">
        <source>{name}（質問 %n 件に答えます）</source>
        <translation>
            <numerusform>{name} (answers %n question)</numerusform>
            <numerusform>{name} (answers %n questions)</numerusform>
        </translation>
    </message>
    <message>
        <source>{name}（写真の説明を書きます）</source>
        <translation>{name} (describes photos)</translation>
    </message>
    <message>
        <source>現場用パッケージ（.hkd）を開いてください</source>
        <translation>Open a package (.hkd)</translation>
    </message>
    <message>
        <source>ここに落としても開けます。</source>
        <translation>You can also drop it here.</translation>
    </message>
    <message>
        <source>いま落とした写真は、読み込みが終わると判定します。</source>
        <translation>Photos dropped now are judged once loading has ended.</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます…</source>
        <translation>Loading the model…</translation>
    </message>
    <message>
        <source>写真が来るのを待っています</source>
        <translation>Waiting for photos</translation>
    </message>
    <message>
        <source>「写真を選ぶ」「フォルダーを選ぶ」「見張る」でも始められます。</source>
        <translation>“Choose photos”, “Choose a folder” and “Watch” work, too.</translation>
    </message>
    <message>
        <source>写真をここに落としてください</source>
        <translation>Drop photos here</translation>
    </message>
    <message>
        <source>上の説明を確かめて、もう一度開いてください。</source>
        <translation>Read the message above and open it again.</translation>
    </message>
    <message>
        <source>パッケージを使えません</source>
        <translation>The package cannot be used</translation>
    </message>
    <message>
        <source>CSV ファイル (*.csv)</source>
        <translation>CSV files (*.csv)</translation>
    </message>
    <message>
        <source>保存しました</source>
        <translation>Saved</translation>
    </message>
</context>
<context>
    <name>PackageChoices</name>
    <message>
        <source>プログラムなしで動く（ONNX）</source>
        <translation>Works without the program (ONNX)</translation>
    </message>
    <message>
        <source>現場の PC に、このプログラムも元のモデルもいりません。写真から答えまでのすべてが、ファイルの中に入ります。</source>
        <translation>The PC on site needs neither this program nor the model. Everything from the photo to the answer is in the file.</translation>
    </message>
    <message>
        <source>小さくて速いモデルも入れる</source>
        <translation>Put a smaller, quicker model inside too</translation>
    </message>
    <message>
        <source>答えがどれだけ変わるかを、試験用の写真で数えて知らせます。使うかどうかは現場で選べます。</source>
        <translation>How many answers change is counted on the test photos and told. Whether to use it is decided on site.</translation>
    </message>
    <message>
        <source>現場で新しい品種を追加できる</source>
        <translation>Allow new products on site</translation>
    </message>
    <message>
        <source>英語の短い説明を入れるだけで、学習なしで品種を増やせます。ファイルは大きくなります。</source>
        <translation>A short English description adds a product without training. The file becomes larger.</translation>
    </message>
    <message>
        <source>署名する</source>
        <translation>Sign it</translation>
    </message>
    <message>
        <source>この工場で作ったファイルだと、現場の PC が確かめられます。あとから書き換えられたファイルは開きません。</source>
        <translation>The PC on site can check that the file was made in this factory. A file that was changed afterwards is not opened.</translation>
    </message>
    <message>
        <source>鍵を選ぶ</source>
        <translation>Choose a key</translation>
    </message>
    <message>
        <source>新しい鍵を作る</source>
        <translation>Make a new key</translation>
    </message>
    <message>
        <source>署名に使う鍵を選んでください。初めてのときは「新しい鍵を作る」を押します。</source>
        <translation>Choose the key to sign with. The first time, press “Make a new key”.</translation>
    </message>
    <message>
        <source>必要なときだけ：署名する</source>
        <translation>Only when needed: sign it</translation>
    </message>
    <message>
        <source>必要なときだけ：プログラムなしで動かす、署名する</source>
        <translation>Only if you need it: work without the program, sign</translation>
    </message>
    <message numerus="yes">
        <source>{words}（%n 個を選択）</source>
        <translation>
            <numerusform>{words} (%n chosen)</numerusform>
            <numerusform>{words} (%n chosen)</numerusform>
        </translation>
    </message>
    <message>
        <source>鍵を作りました：{key}
このファイルは秘密です。人に渡さず、控えを取ってください。現場の PC には {public} を渡し、「hikidashi keys trust」で登録します。</source>
        <translation>The key was made: {key}
This file is secret: keep it to yourself and keep a copy. The PC on site gets {public}, and learns of it by “hikidashi keys trust”.</translation>
    </message>
</context>
<context>
    <name>Page</name>
    <message>
        <source>次へ</source>
        <translation>Next</translation>
    </message>
</context>
<context>
    <name>PhotoGridModel</name>
    <message>
        <source>、迷っています</source>
        <translation>, not sure</translation>
    </message>
    <message>
        <source>、使いません</source>
        <translation>, not used</translation>
    </message>
    <message>
        <source>、メモ：{words}</source>
        <translation>, note: {words}</translation>
    </message>
    <message numerus="yes">
        <source>、そっくりな写真がほかに %n 枚</source>
        <translation>
            <numerusform>, and %n look-alike photo</numerusform>
            <numerusform>, and %n look-alike photos</numerusform>
        </translation>
    </message>
    <message>
        <source>、まだ書いていません</source>
        <translation>, nothing written yet</translation>
    </message>
    <message numerus="yes">
        <source>、質問 %n 件</source>
        <translation>
            <numerusform>, %n question</numerusform>
            <numerusform>, %n questions</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>、説明 %n 件</source>
        <translation>
            <numerusform>, %n description</numerusform>
            <numerusform>, %n descriptions</numerusform>
        </translation>
    </message>
    <message>
        <source>、提案は「{name}」</source>
        <translation>, suggested: “{name}”</translation>
    </message>
</context>
<context>
    <name>PhotoJudgement</name>
    <message>
        <source>正しいラベル</source>
        <translation>Right label</translation>
    </message>
    <message>
        <source>ラベルを直す</source>
        <translation>Correct the label</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>見ていたところを表示</source>
        <translation>Show where it looked</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>写真だけを表示</source>
        <translation>Show the photo only</translation>
    </message>
    <message>
        <source>モデルがどこを見ていたか調べています。数秒かかります。</source>
        <translation>Finding out where the model looked. It takes a few seconds.</translation>
    </message>
    <message>
        <source>図を保存</source>
        <translation>Save the figure</translation>
    </message>
    <message>
        <source>「{answer}」と答えるときに見ていたところほど、明るく、だいだい色です。</source>
        <translation>The more a place counted for the answer “{answer}”, the brighter and the more orange it is.</translation>
    </message>
    <message>
        <source>写真を選ぶと、ここに大きく表示されます。</source>
        <translation>Select a photo to see it large here.</translation>
    </message>
    <message>
        <source>{name}：正解どおり「{truth}」（自信 {percent} %）</source>
        <translation>{name}: rightly “{truth}” ({percent} % confident)</translation>
    </message>
    <message>
        <source>{name}：正解は「{truth}」、モデルの答えは「{answer}」（自信 {percent} %）</source>
        <translation>{name}: it is “{truth}”, the model said “{answer}” ({percent} % confident)</translation>
    </message>
    <message>
        <source>説明文の言葉では、{words} が決め手です。</source>
        <translation>Of the words of the description, {words} speak for it.</translation>
    </message>
    <message>
        <source>反対に {words} は、この答えから遠ざけています。</source>
        <translation>{words} speak against it.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>学習で覚えた言葉の読み方も、この答えを後押ししています。</source>
        <translation>The way of reading words that was learned speaks for it too.</translation>
    </message>
    <message>
        <source>学習で覚えた言葉の読み方は、この答えから遠ざけています。</source>
        <translation>The way of reading words that was learned speaks against it.</translation>
    </message>
    <message>
        <source>{count} 枚のラベルを直しました。もう一度学習すると、結果に入ります。</source>
        <translation>{count} labels corrected. Train again for it to count.</translation>
    </message>
    <message>
        <source>この写真はプロジェクトの写真ではないので、ラベルは直せません。</source>
        <translation>This photo is not part of the project, so its label cannot be changed.</translation>
    </message>
    <message>
        <source>正解のほうがまちがっていたら、ここで直せます。</source>
        <translation>If the label is wrong, correct it here.</translation>
    </message>
</context>
<context>
    <name>PhotoPreview</name>
    <message>
        <source>この写真は開けません。</source>
        <translation>This photo cannot be opened.</translation>
    </message>
</context>
<context>
    <name>PhotoViewer</name>
    <message>
        <source>写真を開いています…</source>
        <translation>Opening the photo…</translation>
    </message>
    <message>
        <source>写真を大きく見る</source>
        <translation>Look closer at a photo</translation>
    </message>
    <message>
        <source>前の写真</source>
        <translation>Previous photo</translation>
    </message>
    <message>
        <source>次の写真</source>
        <translation>Next photo</translation>
    </message>
    <message>
        <source>全体</source>
        <translation>All of it</translation>
    </message>
    <message>
        <source>等倍</source>
        <translation>Actual pixels</translation>
    </message>
    <message>
        <source>縮める</source>
        <translation>Smaller</translation>
    </message>
    <message>
        <source>広げる</source>
        <translation>Larger</translation>
    </message>
    <message>
        <source>明るさ</source>
        <translation>Brightness</translation>
    </message>
    <message>
        <source>元の明るさ</source>
        <translation>As it was</translation>
    </message>
    <message>
        <source>ホイールで拡大、ドラッグで移動、ダブルクリックで等倍。← → で前後の写真、数字キーで種類を付けます。</source>
        <translation>Wheel: zoom. Drag: move. Double click: actual pixels. ← →: previous and next photo. Number keys label.</translation>
    </message>
    <message>
        <source>{width} × {height} 画素</source>
        <translation>{width} × {height} pixels</translation>
    </message>
    <message>
        <source>この写真は開けません。</source>
        <translation>This photo cannot be opened.</translation>
    </message>
    <message>
        <source>ラベルなし</source>
        <translation>No label</translation>
    </message>
    <message>
        <source>{label}&#x3000;{name}</source>
        <translation>{label}   {name}</translation>
    </message>
    <message>
        <source>横 {x}、縦 {y}：赤 {red}、緑 {green}、青 {blue}</source>
        <translation>x {x}, y {y}: red {red}, green {green}, blue {blue}</translation>
    </message>
</context>
<context>
    <name>PhotosPage</name>
    <message>
        <source>写真を選ぶ</source>
        <translation>Choose photos</translation>
    </message>
    <message>
        <source>ラベルを付ける</source>
        <translation>Label</translation>
    </message>
    <message>
        <source>先に「はじめる」でプロジェクトを開いてください。</source>
        <translation>Open a project on the start page first.</translation>
    </message>
    <message>
        <source>写真を調べています…</source>
        <translation>Looking at photos…</translation>
    </message>
    <message>
        <source>写真のフォルダーを選んでください。</source>
        <translation>Choose a folder of photos.</translation>
    </message>
    <message>
        <source>写真はこのパソコンの外に出ません。元の写真は動かさず、書き換えません。</source>
        <translation>Photos never leave this PC. The originals are neither moved nor changed.</translation>
    </message>
    <message>
        <source>フォルダーを選ぶ…</source>
        <translation>Choose a folder…</translation>
    </message>
    <message>
        <source>写真のフォルダーを選ぶ</source>
        <translation>Choose a folder of photos</translation>
    </message>
    <message>
        <source>写真か zip を選ぶ…</source>
        <translation>Choose photos or a zip…</translation>
    </message>
    <message>
        <source>写真をカメラで撮る…</source>
        <translation>Take photos with a camera…</translation>
    </message>
    <message>
        <source>フォルダーや写真、写真の入った zip を、ここへドラッグしても追加できます。</source>
        <translation>You can also drag folders, photos or zips of photos here.</translation>
    </message>
    <message>
        <source>写真のフォルダーを、ここへドラッグしてください</source>
        <translation>Drag a folder of photos here</translation>
    </message>
    <message>
        <source>種類ごとに 10 枚ほどあれば始められます。種類ごとにフォルダーを分けておくと、その名前をラベルに使えます。</source>
        <translation>About 10 photos of each class are enough to begin. With one folder per class, the folders’ names can be the labels.</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>フォルダー名をラベルにする</source>
        <translation>Use folder names as labels</translation>
    </message>
    <message>
        <source>開けなかったファイル</source>
        <translation>Files that could not be opened</translation>
    </message>
    <message>
        <source>ファイル</source>
        <translation>File</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>どうすればよいか</source>
        <translation>What to do</translation>
    </message>
    <message>
        <source>取り込んだ写真</source>
        <translation>Photos taken in</translation>
    </message>
    <message>
        <source>写真か zip を選ぶ</source>
        <translation>Choose photos or a zip</translation>
    </message>
    <message>
        <source>写真と zip ({kinds})</source>
        <translation>Photos and zips ({kinds})</translation>
    </message>
    <message>
        <source>サブフォルダーの名前（{names} ほか {more} 個）をラベルとして使えます。{count} 枚が対象です。</source>
        <translation>The sub-folder names ({names} and {more} more) can be used as labels for {count} photos.</translation>
    </message>
    <message>
        <source>サブフォルダーの名前（{names}）をラベルとして使えます。{count} 枚が対象です。</source>
        <translation>The sub-folder names ({names}) can be used as labels for {count} photos.</translation>
    </message>
    <message numerus="yes">
        <source>写真 %n 枚を使えます。</source>
        <translation>
            <numerusform>%n photo can be used.</numerusform>
            <numerusform>%n photos can be used.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は開けませんでした。</source>
        <translation>
            <numerusform>%n could not be opened.</numerusform>
            <numerusform>%n could not be opened.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>フォルダー名から %n 枚にラベルを付けました。</source>
        <translation>
            <numerusform>%n photo was labelled by folder name.</numerusform>
            <numerusform>%n photos were labelled by folder name.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、16 ビットなど階調の細かい写真です。最大の明るさに対する割合のまま、256 段階に直して使います。</source>
        <translation>
            <numerusform>%n photo has fine grey levels (16 bits or more). They are brought to 256 steps, each its share of full brightness.</numerusform>
            <numerusform>%n photos have fine grey levels (16 bits or more). They are brought to 256 steps, each its share of full brightness.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、何ページかあるファイルです。最初の 1 枚だけを使います。</source>
        <translation>
            <numerusform>%n file has several pages. Only the first is used.</numerusform>
            <numerusform>%n files have several pages. Only the first of each is used.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、印刷用の色（CMYK）です。色が少し違って見えることがあります。</source>
        <translation>
            <numerusform>%n photo has colours of print (CMYK). They may look a little different.</numerusform>
            <numerusform>%n photos have colours of print (CMYK). They may look a little different.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、ほかとまったく同じ写真です。</source>
        <translation>
            <numerusform>%n photo is an exact copy of another.</numerusform>
            <numerusform>%n photos are exact copies of others.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、大きさや明るさを変えて保存し直しただけの、ほぼ同じ写真です。</source>
        <translation>
            <numerusform>%n photo is nearly the same as another, only saved again in another size or brightness.</numerusform>
            <numerusform>%n photos are nearly the same as others, only saved again in another size or brightness.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、同じものを続けて撮った写真です。</source>
        <translation>
            <numerusform>%n photo was taken right after another, of the same thing.</numerusform>
            <numerusform>%n photos were taken right after one another, of the same thing.</numerusform>
        </translation>
    </message>
    <message>
        <source>一覧では 1 枚に重ねて表示し（Enter か枚数の印で開きます）、学習用と試験用に分かれないようにします。</source>
        <translation>In the grid they lie on one another (Enter or the number lays them out), and they stay on one side: learning or testing.</translation>
    </message>
    <message numerus="yes">
        <source>写真を探しています… %n 枚</source>
        <translation>
            <numerusform>Looking for photos… %n</numerusform>
            <numerusform>Looking for photos… %n</numerusform>
        </translation>
    </message>
    <message>
        <source>zip から {done}／{total} 個を取り出しました</source>
        <translation>Took {done} of {total} files out of the zip</translation>
    </message>
    <message>
        <source>zip から {done}／{total} 個を取り出しました（あと約 {seconds} 秒）</source>
        <translation>Took {done} of {total} files out of the zip (about {seconds} s left)</translation>
    </message>
    <message>
        <source>{done}／{total} 枚を調べました</source>
        <translation>{done} of {total} looked at</translation>
    </message>
    <message>
        <source>{done}／{total} 枚を調べました（あと約 {seconds} 秒）</source>
        <translation>{done} of {total} looked at (about {seconds} s left)</translation>
    </message>
</context>
<context>
    <name>PresetCard</name>
    <message>
        <source>写真を残していないので、選べません。</source>
        <translation>Cannot be chosen, because no photos are kept.</translation>
    </message>
    <message>
        <source>おすすめ</source>
        <translation>Recommended</translation>
    </message>
</context>
<context>
    <name>PresetDetails</name>
    <message>
        <source>くわしい設定</source>
        <translation>Details</translation>
    </message>
    <message>
        <source>くわしい設定を開く、または閉じる</source>
        <translation>Open or close the details</translation>
    </message>
    <message>
        <source>すべてのやり方</source>
        <translation>Every way to train</translation>
    </message>
    <message>
        <source>種類ごとに使う写真</source>
        <translation>Photos used per class</translation>
    </message>
    <message>
        <source>乱数の種（同じ値なら同じ結果）</source>
        <translation>Random seed (same value, same result)</translation>
    </message>
    <message>
        <source>選んだやり方の設定</source>
        <translation>Settings of the chosen way</translation>
    </message>
    <message>
        <source>最大 {count} 枚</source>
        <translation>{count} at most</translation>
    </message>
    <message>
        <source>すべて</source>
        <translation>All</translation>
    </message>
</context>
<context>
    <name>PresetPage</name>
    <message>
        <source>先に「はじめる」でプロジェクトを開いてください。</source>
        <translation>Open a project on the start page first.</translation>
    </message>
    <message>
        <source>プロジェクトを開いて写真にラベルを付けると、ここで学習のしかたを選べます。</source>
        <translation>Open a project and label photos; then you can choose a way to train here.</translation>
    </message>
    <message>
        <source>写真の枚数と偏りを調べています…</source>
        <translation>Looking at the number and balance of photos…</translation>
    </message>
    <message>
        <source>付属のモデル（練習用）</source>
        <translation>Built-in model (for practice)</translation>
    </message>
    <message>
        <source>{name}（{architecture}）</source>
        <translation>{name} ({architecture})</translation>
    </message>
    <message>
        <source>付属のモデルは、使い方を覚えるためのものです。本番の検査には、大きなモデルを追加してから使ってください。「はじめる」の「モデルを見る・取り込む…」から追加できます。</source>
        <translation>The model that comes along is for learning the program. For real inspection, add a larger one first: “See or import models…” on the start page does it.</translation>
    </message>
    <message>
        <source>使うモデル</source>
        <translation>Model</translation>
    </message>
</context>
<context>
    <name>PresetPick</name>
    <message>
        <source>おすすめの「{title}」にする</source>
        <translation>Take the recommended “{title}”</translation>
    </message>
</context>
<context>
    <name>PrivacyChoice</name>
    <message>
        <source>写真の残し方</source>
        <translation>What is kept</translation>
    </message>
    <message>
        <source>写真を使う</source>
        <translation>Use photos</translation>
    </message>
    <message>
        <source>特徴だけを残す（写真を残さない）</source>
        <translation>Keep features only (no photos)</translation>
    </message>
    <message>
        <source>写真をモデルが見た数（特徴）に変え、写真の記録をこのプロジェクトから消します。学習は特徴だけで行います。元のフォルダーの写真は消しません。この画面からカメラで撮った写真は消えます。</source>
        <translation>Photos become the numbers that the model makes of them (features), and this project forgets the photos. Training uses the features alone. The photos in their own folder are not deleted; those taken here with a camera are.</translation>
    </message>
    <message>
        <source>できなくなること（元に戻せません）</source>
        <translation>What is lost (it cannot be undone)</translation>
    </message>
    <message>
        <source>結果のページで、まちがえた写真やヒートマップ（見ていたところ）を見ること</source>
        <translation>Seeing mistaken photos, or heat maps of where the model looked, on the check page</translation>
    </message>
    <message>
        <source>モデルの中まで学習するやり方（LoRA、プレフィックスなど）を選ぶこと</source>
        <translation>Choosing ways that learn inside the model (LoRA, prefix and the like)</translation>
    </message>
    <message>
        <source>写真やラベルを、あとから足したり直したりすること。ラベルのない写真と外した写真も、記録から消えます</source>
        <translation>Adding or mending photos and labels later. Photos without a label, or left out, are forgotten too</translation>
    </message>
    <message>
        <source>これまでの学習の結果を開くこと。書き出したパッケージと、段階の決定の記録は残ります</source>
        <translation>Opening earlier results. Exported packages and the record of decisions stay</translation>
    </message>
    <message>
        <source>元に戻せないことがわかりました</source>
        <translation>I understand that this cannot be undone</translation>
    </message>
    <message>
        <source>特徴を取り出して、写真の記録を消す</source>
        <translation>Extract features and forget the photos</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>特徴を取り出しています。写真の記録は、まだ何も消していません。</source>
        <translation>Features are being extracted. Nothing was forgotten yet.</translation>
    </message>
    <message>
        <source>特徴を取り出しています</source>
        <translation>Extracting features</translation>
    </message>
    <message>
        <source>ラベルの付いた写真 {labelled} 枚の特徴を取り出します。</source>
        <translation>Features are extracted from {labelled} labelled photos.</translation>
    </message>
    <message>
        <source>ラベルの付いた写真 {labelled} 枚の特徴を取り出します。ほかの {left_out} 枚は、特徴も残りません。</source>
        <translation>Features are extracted from {labelled} labelled photos. Of the other {left_out} not even features stay.</translation>
    </message>
    <message>
        <source>先に「ラベルを付ける」で 2 つ以上の種類にラベルを付けて、ここに戻ってください。</source>
        <translation>First label at least 2 classes on “Label”, then come back here.</translation>
    </message>
    <message>
        <source>学習が終わってから、行ってください。</source>
        <translation>Wait until the training is over.</translation>
    </message>
    <message>
        <source>写真の記録を消しています…</source>
        <translation>Forgetting the photos…</translation>
    </message>
    <message>
        <source>モデルを準備しています…</source>
        <translation>Preparing the model…</translation>
    </message>
    <message>
        <source>{done}／{total} を見ました</source>
        <translation>{done} of {total} seen</translation>
    </message>
    <message>
        <source>{done}／{total} を見ました（あと約 {seconds} 秒）</source>
        <translation>{done} of {total} seen (about {seconds} s left)</translation>
    </message>
    <message>
        <source>このプロジェクトは、写真を残していません</source>
        <translation>This project keeps no photos</translation>
    </message>
    <message>
        <source>{time} に {who} が、写真の記録を消しました。特徴は {photos} 枚分あります。</source>
        <translation>{who} had the photos forgotten on {time}. Features of {photos} photos are kept.</translation>
    </message>
    <message>
        <source>このプロジェクトを手に入れた人が、持っているもの</source>
        <translation>What someone who gets hold of this project has</translation>
    </message>
    <message>
        <source>持っていないもの</source>
        <translation>What they do not have</translation>
    </message>
    <message>
        <source>それでも、できてしまうこと</source>
        <translation>What is still possible</translation>
    </message>
    <message>
        <source>消したばかりのファイルは、ディスクを調べる道具で読み戻せることがあります。心配なときはディスクを暗号化してください。元のフォルダーの写真は、そのまま残っています。</source>
        <translation>Files that were just deleted can sometimes be read back with tools that search a disk; encrypt the disk if that matters. The photos in their own folder are still there.</translation>
    </message>
    <message>
        <source>プログラムのログに、開けなかったファイルの名前が残っていることがあります。</source>
        <translation>The program&apos;s log may still hold names of files that could not be opened.</translation>
    </message>
</context>
<context>
    <name>ProblemBanner</name>
    <message>
        <source>詳しい内容をコピー</source>
        <translation>Copy details</translation>
    </message>
    <message>
        <source>もう一度</source>
        <translation>Again</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
</context>
<context>
    <name>QuestionAsker</name>
    <message>
        <source>ほかに聞く</source>
        <translation>Ask more</translation>
    </message>
    <message>
        <source>聞く</source>
        <translation>Ask</translation>
    </message>
    <message>
        <source>この写真に、もう一つ聞くこと</source>
        <translation>One more question about this photo</translation>
    </message>
    <message>
        <source>質問を書くか、右の矢印から選びます</source>
        <translation>Write a question, or choose one by the arrow</translation>
    </message>
</context>
<context>
    <name>QuestionRow</name>
    <message>
        <source>質問（例：ラベルは貼ってありますか?）</source>
        <translation>Question (such as: Is there a label on it?)</translation>
    </message>
    <message>
        <source>質問</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>答え（例：はい）</source>
        <translation>Answer (such as: yes)</translation>
    </message>
    <message>
        <source>答え</source>
        <translation>Answer</translation>
    </message>
    <message>
        <source>何人かの答えは「{mark}」で区切ります。</source>
        <translation>Answers of several people are parted by “{mark}”.</translation>
    </message>
</context>
<context>
    <name>QuestionTable</name>
    <message>
        <source>質問ごとの正解</source>
        <translation>Right answers by question</translation>
    </message>
</context>
<context>
    <name>QuestionTableModel</name>
    <message>
        <source>{right}／{asked} 件</source>
        <translation>{right} of {asked}</translation>
    </message>
    <message>
        <source>{percent} %（{low}～{high}）</source>
        <translation>{percent} % ({low} to {high})</translation>
    </message>
    <message>
        <source>質問</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>学習の前の正解</source>
        <translation>Right before training</translation>
    </message>
    <message>
        <source>学習の後の正解</source>
        <translation>Right after training</translation>
    </message>
    <message>
        <source>学習の後の割合（95 % の幅）</source>
        <translation>Share after training (95 % range)</translation>
    </message>
</context>
<context>
    <name>RecentProjects</name>
    <message>
        <source>見つかりません</source>
        <translation>Not found</translation>
    </message>
    <message>
        <source>学習が途中で止まっています</source>
        <translation>Training was cut off</translation>
    </message>
    <message>
        <source>いま学習中です</source>
        <translation>Training now</translation>
    </message>
</context>
<context>
    <name>RecordCard</name>
    <message>
        <source>要確認</source>
        <translation>Unsure</translation>
    </message>
    <message>
        <source>写真の説明</source>
        <translation>Descriptions of the photo</translation>
    </message>
    <message>
        <source>途中で切れています</source>
        <translation>cut off</translation>
    </message>
    <message>
        <source>{person} が直しました。元は「{text}」</source>
        <translation>corrected by {person}; it was “{text}”</translation>
    </message>
    <message>
        <source>{person} が確かめました</source>
        <translation>confirmed by {person}</translation>
    </message>
    <message>
        <source>自信：高い（{percent} %）</source>
        <translation>Confidence: high ({percent} %)</translation>
    </message>
    <message>
        <source>自信：ふつう（{percent} %）</source>
        <translation>Confidence: fair ({percent} %)</translation>
    </message>
    <message>
        <source>自信：低い（{percent} %）</source>
        <translation>Confidence: low ({percent} %)</translation>
    </message>
</context>
<context>
    <name>RecordList</name>
    <message>
        <source>すべての記録</source>
        <translation>All records</translation>
    </message>
    <message>
        <source>まだ確かめていない記録</source>
        <translation>Not checked yet</translation>
    </message>
    <message>
        <source>要確認の記録</source>
        <translation>Unsure</translation>
    </message>
    <message>
        <source>直した記録</source>
        <translation>Corrected</translation>
    </message>
    <message>
        <source>今日</source>
        <translation>Today</translation>
    </message>
    <message>
        <source>すべての日</source>
        <translation>All days</translation>
    </message>
    <message>
        <source>記録を探す</source>
        <translation>Search the records</translation>
    </message>
    <message>
        <source>記録を探す言葉</source>
        <translation>Words to search the records for</translation>
    </message>
    <message>
        <source>表示する記録を選ぶ</source>
        <translation>Which records are shown</translation>
    </message>
    <message>
        <source>いつの記録か</source>
        <translation>Which days are shown</translation>
    </message>
    <message>
        <source>書いた文の記録</source>
        <translation>Records of what was written</translation>
    </message>
    <message>
        <source>今日の記録は、まだありません。写真を見せると、ここに残ります。</source>
        <translation>No record of today yet. Show a photo, and what is written about it is kept here.</translation>
    </message>
    <message>
        <source>合う記録は、ありません。</source>
        <translation>No record matches.</translation>
    </message>
</context>
<context>
    <name>RecordModel</name>
    <message>
        <source>{answer}（{question}）</source>
        <translation>{answer} ({question})</translation>
    </message>
    <message>
        <source>要確認：{words}</source>
        <translation>Unsure: {words}</translation>
    </message>
    <message>
        <source>直しました</source>
        <translation>corrected</translation>
    </message>
    <message>
        <source>確かめました</source>
        <translation>confirmed</translation>
    </message>
</context>
<context>
    <name>ReportPanel</name>
    <message>
        <source>PoC 報告書</source>
        <translation>PoC report</translation>
    </message>
    <message>
        <source>上司に渡す 1 ページと、技術者のための付録を、日本語と英語の PDF と HTML で作ります。写真は入りません。</source>
        <translation>Makes one page to hand to your manager and an appendix for engineers, in Japanese and English, as PDF and HTML. No photos go into it.</translation>
    </message>
    <message>
        <source>費用の前提を変える</source>
        <translation>Change the cost assumptions</translation>
    </message>
    <message>
        <source>報告書を作る</source>
        <translation>Make the report</translation>
    </message>
    <message>
        <source>日本語の報告書を開く</source>
        <translation>Open the Japanese report</translation>
    </message>
    <message>
        <source>英語の報告書を開く</source>
        <translation>Open the English report</translation>
    </message>
    <message>
        <source>学習の結果を読んでいます…</source>
        <translation>Reading the result of training…</translation>
    </message>
    <message>
        <source>費用の前提のうち {count} 個は、例のままの値です。自社の値に変えてください。</source>
        <translation>{count} of the cost assumptions are still examples. Replace them by your own.</translation>
    </message>
    <message>
        <source>この前提では、費用を回収できません</source>
        <translation>Under these assumptions it does not pay back</translation>
    </message>
    <message>
        <source>例の値で計算すると、費用を回収できません</source>
        <translation>With the example values it does not pay back</translation>
    </message>
    <message>
        <source>{months}で費用を回収できます</source>
        <translation>Pays back in {months}</translation>
    </message>
    <message>
        <source>例の値で計算すると、{months}で費用を回収できます</source>
        <translation>With the example values: pays back in {months}</translation>
    </message>
    <message>
        <source>間違いの割合の幅を考えると、{best}〜{worst}。</source>
        <translation>Given the interval of the mistakes: {best} to {worst}.</translation>
    </message>
    <message>
        <source>推定：{kwh} kWh</source>
        <translation>est. {kwh} kWh</translation>
    </message>
    <message>
        <source>計測：{kwh} kWh</source>
        <translation>meas. {kwh} kWh</translation>
    </message>
    <message>
        <source>計測なし</source>
        <translation>not measured</translation>
    </message>
    <message>
        <source>計測：{minutes} 分</source>
        <translation>measured: {minutes} min</translation>
    </message>
    <message>
        <source>作っています…</source>
        <translation>Making it…</translation>
    </message>
    <message>
        <source>作りました：{folder}</source>
        <translation>Made: {folder}</translation>
    </message>
</context>
<context>
    <name>RetrainDialog</name>
    <message>
        <source>いま開いているプロジェクト「{name}」に足す（もとの写真と一緒に学習し直せます）</source>
        <translation>Add to the open project “{name}” (to train again together with its photos)</translation>
    </message>
    <message>
        <source>新しいプロジェクトを作る</source>
        <translation>Make a new project</translation>
    </message>
    <message>
        <source>プロジェクトの名前</source>
        <translation>Name of the project</translation>
    </message>
    <message>
        <source>場所を変える…</source>
        <translation>Choose another place…</translation>
    </message>
    <message>
        <source>写真を入れて開く</source>
        <translation>Put the photos in and open</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>学習し直す準備</source>
        <translation>Prepare to train again</translation>
    </message>
    <message>
        <source>場所：{path}</source>
        <translation>Place: {path}</translation>
    </message>
    <message>
        <source>フォルダーを選ぶ</source>
        <translation>Choose a folder</translation>
    </message>
</context>
<context>
    <name>RunsModel</name>
    <message>
        <source>習った種類の正解</source>
        <translation>Right on learned</translation>
    </message>
    <message>
        <source>取り置いた種類の正解</source>
        <translation>Right on held back</translation>
    </message>
    <message>
        <source>なし</source>
        <translation>none</translation>
    </message>
    <message>
        <source>{after}／{photos} 枚</source>
        <translation>{after} of {photos}</translation>
    </message>
    <message>
        <source>結果がありません</source>
        <translation>no result</translation>
    </message>
    <message>
        <source>写真かラベルが違うので、数だけでは比べられません</source>
        <translation>other photos or labels: the counts alone cannot be compared</translation>
    </message>
    <message>
        <source>同じ写真で比べられます</source>
        <translation>same photos: can be compared</translation>
    </message>
    <message>
        <source>表示中より良い（{what}）</source>
        <translation>Better than the one shown ({what})</translation>
    </message>
    <message>
        <source>表示中より悪い（{what}）</source>
        <translation>Worse than the one shown ({what})</translation>
    </message>
    <message>
        <source>表示中との差は、偶然でも起こる大きさ（{what}）</source>
        <translation>Chance could make this difference to the one shown ({what})</translation>
    </message>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>つりあい</source>
        <translation>Balance</translation>
    </message>
    <message>
        <source>{name} {mean} ポイント、{low}～{high}</source>
        <translation>{name} {mean} points, {low} to {high}</translation>
    </message>
    <message>
        <source>表示中の学習との差（全部の種類から選ぶとき、95 % の幅、同じ写真どうし）</source>
        <translation>Difference to the training shown (all classes offered, 95 % interval, photo by photo)</translation>
    </message>
</context>
<context>
    <name>RunsView</name>
    <message>
        <source>このプロジェクトの学習の一覧</source>
        <translation>The trainings of this project</translation>
    </message>
</context>
<context>
    <name>RunsViewModel</name>
    <message>
        <source>始めた日時</source>
        <translation>Started</translation>
    </message>
    <message>
        <source>やり方</source>
        <translation>Way</translation>
    </message>
    <message>
        <source>備考</source>
        <translation>Note</translation>
    </message>
    <message>
        <source>いま表示しています</source>
        <translation>shown now</translation>
    </message>
</context>
<context>
    <name>SamePartQuestion</name>
    <message>
        <source>同じ部品（または同じロット）を、何枚も撮っていますか？</source>
        <translation>Do several photos show the same part, or the same lot?</translation>
    </message>
    <message>
        <source>同じ部品の写真が学習用と試験用に分かれると、正解率が実際より高く出ます。組にした写真は、必ず同じ側に入れます。</source>
        <translation>If photos of one part are divided between learning and testing, the accuracy comes out higher than it really is. Photos of one group always go to the same side.</translation>
    </message>
    <message>
        <source>答えを変える</source>
        <translation>Change the answer</translation>
    </message>
    <message>
        <source>同じ部品の写真：{answer}</source>
        <translation>Photos of the same part: {answer}</translation>
    </message>
    <message>
        <source>いいえ、1 枚ずつ別の部品です</source>
        <translation>No, each photo shows another part</translation>
    </message>
    <message>
        <source>はい、同じフォルダーの写真は、同じ部品（ロット）です</source>
        <translation>Yes, photos in one folder show the same part (lot)</translation>
    </message>
    <message>
        <source>はい、ファイル名の前が同じ写真は、同じ部品です（例：A001_1 と A001_2）</source>
        <translation>Yes, by the start of the file name (A001_1 and A001_2 are one part)</translation>
    </message>
    <message>
        <source>{answer}&#x3000;→ 当てはまる写真がありません</source>
        <translation>{answer} → no photos are like that</translation>
    </message>
    <message numerus="yes">
        <source>%n 組</source>
        <translation>
            <numerusform>%n group</numerusform>
            <numerusform>%n groups</numerusform>
        </translation>
    </message>
    <message>
        <source>{answer}&#x3000;→ {count}になります</source>
        <translation>{answer} → makes {count}</translation>
    </message>
</context>
<context>
    <name>SearchView</name>
    <message>
        <source>やり方</source>
        <translation>Way to train</translation>
    </message>
    <message>
        <source>点（確かさの幅）</source>
        <translation>Score (interval)</translation>
    </message>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>試したやり方の順位</source>
        <translation>Ranking of the ways tried</translation>
    </message>
    <message>
        <source>点は、学習用の写真の一部を試験に、習った種類の一部を新しい種類に見立てて測ったものです。本番の試験の写真は、最後まで使いません。</source>
        <translation>For the score, some of the training photos serve as a test and some of the learned classes as new ones. The real test photos are not used until the end.</translation>
    </message>
    <message>
        <source>いま {number} 通り目：{way}</source>
        <translation>Now trying number {number}: {way}</translation>
    </message>
    <message>
        <source>最初のやり方を試しています。1 つ終わると、ここに順位が出ます。</source>
        <translation>Trying the first way. The ranking appears when one is done.</translation>
    </message>
    <message>
        <source>いまのところ一番：{way}（{score}）</source>
        <translation>Best so far: {way} ({score})</translation>
    </message>
    <message>
        <source>{best}。学習前は {untouched} です。</source>
        <translation>{best}. Before training: {untouched}.</translation>
    </message>
    <message>
        <source>新しい種類が学習前より悪い</source>
        <translation>New classes worse than before</translation>
    </message>
    <message>
        <source>{score}（{low}〜{high}）</source>
        <translation>{score} ({low} to {high})</translation>
    </message>
    <message>
        <source>{title}（{changes}）</source>
        <translation>{title} ({changes})</translation>
    </message>
</context>
<context>
    <name>SecondDialog</name>
    <message>
        <source>二人目としてラベルを付ける</source>
        <translation>Label as a second person</translation>
    </message>
    <message>
        <source>もう一人が、同じ写真に初めから種類を付けます。一人目のラベルとメモは見えません。終わると、2人がどれだけ一致したかが分かり、食い違った写真だけを「2人の食い違いを決める」で決められます。決めるまでは、一人目のラベルで学習します。</source>
        <translation>Another person labels the same photos from the beginning, without seeing the first one&apos;s labels and comments. Afterwards you learn how far the two agreed, and “Settle the differences of the two” shows only the photos on which they did not. Until those are settled, training takes the first one&apos;s labels.</translation>
    </message>
    <message>
        <source>例：佐藤</source>
        <translation>e.g. Sato</translation>
    </message>
    <message>
        <source>二人目の名前</source>
        <translation>Name of the second person</translation>
    </message>
    <message>
        <source>始める</source>
        <translation>Begin</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>「{name}」さんは、もう一人目としてラベルを付けています。別の人の名前を入れてください。</source>
        <translation>{name} has already labelled as the first person. Enter somebody else&apos;s name.</translation>
    </message>
</context>
<context>
    <name>SessionCounts</name>
    <message>
        <source>要確認</source>
        <translation>Unsure</translation>
    </message>
    <message>
        <source>区別なし</source>
        <translation>Neither</translation>
    </message>
    <message>
        <source>読めない</source>
        <translation>Unreadable</translation>
    </message>
    <message>
        <source>合計 {total} 枚（{since} から）</source>
        <translation>Total {total} (since {since})</translation>
    </message>
    <message>
        <source>合計 {total} 枚</source>
        <translation>Total {total}</translation>
    </message>
    <message>
        <source>数え直す</source>
        <translation>Start over</translation>
    </message>
    <message>
        <source>枚数を 0 から数え直す</source>
        <translation>Count again from 0</translation>
    </message>
</context>
<context>
    <name>SettingsDrawer</name>
    <message>
        <source>このやり方には、変えられる設定がありません。</source>
        <translation>This way has no settings to change.</translation>
    </message>
    <message>
        <source>最初の値に戻す</source>
        <translation>Back to the first value</translation>
    </message>
    <message>
        <source>くわしい設定をすべて最初の値に戻す</source>
        <translation>Set all details back to their first values</translation>
    </message>
    <message>
        <source>最初の値：{value}</source>
        <translation>First value: {value}</translation>
    </message>
</context>
<context>
    <name>SettleDialog</name>
    <message>
        <source>2人の食い違いを決める</source>
        <translation>Settle the differences of the two</translation>
    </message>
    <message>
        <source>1 つ戻す</source>
        <translation>Back one</translation>
    </message>
    <message>
        <source>あとで決める&#x2002;3</source>
        <translation>Later&#x2002;3</translation>
    </message>
    <message>
        <source>閉じる</source>
        <translation>Close</translation>
    </message>
    <message>
        <source>食い違いは、もうありません。</source>
        <translation>No differences are left.</translation>
    </message>
    <message>
        <source>{place}／{total} 枚目&#x3000;{name}</source>
        <translation>{place} of {total}: {name}</translation>
    </message>
    <message>
        <source>{key}&#x3000;{user}：{name}</source>
        <translation>{key}  {user}: {name}</translation>
    </message>
    <message>
        <source>{user}さんの「{name}」にする</source>
        <translation>Take {user}&apos;s “{name}”</translation>
    </message>
    <message numerus="yes">
        <source>あとで決める写真が %n 枚あります。</source>
        <translation>
            <numerusform>%n photo is left for later.</numerusform>
            <numerusform>%n photos are left for later.</numerusform>
        </translation>
    </message>
    <message>
        <source>2人がラベルを付けた写真は、まだありません。</source>
        <translation>No photo has been labelled by two people yet.</translation>
    </message>
    <message>
        <source>{user}さんと一人目は、同じ写真 {n} 枚のうち {same} 枚で一致しました。</source>
        <translation>{user} and the first person agreed on {same} of {n} photos. </translation>
    </message>
    <message>
        <source>偶然を除いた一致は {k:.2f}（{low:.2f}〜{high:.2f}、1 が完全な一致、カッパ係数）です。</source>
        <translation>Agreement beyond chance is {k:.2f} ({low:.2f} to {high:.2f}; 1 is perfect; Cohen&apos;s kappa). </translation>
    </message>
    <message>
        <source>枚数が少ないので、目安です。</source>
        <translation>With so few photos this is only a rough figure.</translation>
    </message>
</context>
<context>
    <name>ShiftPart</name>
    <message>
        <source>明るさやカメラが変わったら</source>
        <translation>With other light or another camera</translation>
    </message>
    <message>
        <source>調べる：写し方を変える</source>
        <translation>Find out: other conditions</translation>
    </message>
    <message>
        <source>試験用の写真を暗くする、ぼかす、ざらつかせるなどして見分けを調べます。写真の枚数により、数秒から数分かかります。</source>
        <translation>Makes the test photos darker, blurred or grainy and judges them again. It takes seconds to minutes, depending on the number of photos.</translation>
    </message>
    <message>
        <source>試験用の写真の写り方を変えて、見分けています。</source>
        <translation>The test photos are being changed and judged again.</translation>
    </message>
    <message>
        <source>そのままの写真</source>
        <translation>Photos as they are</translation>
    </message>
    <message>
        <source>試験用の写真 {photos} 枚では、どの変化でも、はっきりした低下は見つかりませんでした（そのままで正解 {plain}）。</source>
        <translation>On {photos} test photos no change made it clearly worse (right as they are: {plain}).</translation>
    </message>
    <message>
        <source>いちばん弱いのは「{kind}」です。正解は、そのままの {plain} から、{strength}で {right} に下がります（写真 {photos} 枚）。</source>
        <translation>It is weakest against “{kind}”: right answers fall from {plain} to {right} by a {strength} ({photos} photos). </translation>
    </message>
    <message>
        <source>{kinds}では、はっきりした低下は見つかりませんでした。</source>
        <translation>No clear fall was found for: {kinds}.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>明るさ</source>
        <translation>Brightness</translation>
    </message>
    <message>
        <source>ぼけ</source>
        <translation>Blur</translation>
    </message>
    <message>
        <source>ざらつき</source>
        <translation>Grain</translation>
    </message>
    <message>
        <source>画質の低下</source>
        <translation>Low quality</translation>
    </message>
    <message>
        <source>別のカメラ</source>
        <translation>Another camera</translation>
    </message>
    <message>
        <source>弱い変化</source>
        <translation>weak change</translation>
    </message>
    <message>
        <source>中くらいの変化</source>
        <translation>medium change</translation>
    </message>
    <message>
        <source>強い変化</source>
        <translation>strong change</translation>
    </message>
</context>
<context>
    <name>ShootingSide</name>
    <message>
        <source>まだ種類がありません。先に、下の欄で種類を足してください。</source>
        <translation>There is no class yet. Add one below first.</translation>
    </message>
    <message>
        <source>0&#x3000;種類を付けずに 1 枚</source>
        <translation>0  One photo without a class</translation>
    </message>
    <message>
        <source>0 かスペースのキーでも撮れます。</source>
        <translation>The keys 0 and Space take it too.</translation>
    </message>
    <message>
        <source>{key}&#x3000;{name}&#x3000;{count} 枚</source>
        <translation>{key}  {name}  ({count})</translation>
    </message>
    <message>
        <source>種類なし</source>
        <translation>No class</translation>
    </message>
    <message>
        <source>このパソコンにつながるカメラは camera:0、camera:1 …、工場内のカメラは rtsp:// か http:// で始まるアドレスです。</source>
        <translation>Cameras of this PC are camera:0, camera:1 …; those in the plant have an address that begins with rtsp:// or http://.</translation>
    </message>
    <message>
        <source> 枚</source>
        <translation> photos</translation>
    </message>
    <message>
        <source> 秒</source>
        <translation> s</translation>
    </message>
    <message>
        <source>カメラ</source>
        <translation>Camera</translation>
    </message>
    <message>
        <source>1 回に撮る枚数</source>
        <translation>Photos at a press</translation>
    </message>
    <message>
        <source>撮る間隔</source>
        <translation>Time between them</translation>
    </message>
    <message>
        <source>例：良品、キズ</source>
        <translation>e.g. good, scratch</translation>
    </message>
    <message>
        <source>新しい種類の名前</source>
        <translation>Name of a new class</translation>
    </message>
    <message>
        <source>種類を足す</source>
        <translation>Add class</translation>
    </message>
</context>
<context>
    <name>ShowingBar</name>
    <message>
        <source>表示する写真を選ぶ</source>
        <translation>Choose which photos to show</translation>
    </message>
    <message>
        <source>フォルダーで絞る</source>
        <translation>Only photos of one folder</translation>
    </message>
    <message>
        <source>撮った日で絞る</source>
        <translation>Only photos of one day</translation>
    </message>
    <message>
        <source>並び順</source>
        <translation>Order</translation>
    </message>
    <message>
        <source>この絞り方に合う写真は、ありません。フォルダーや日を「すべて」に戻してください。</source>
        <translation>No photo fits these choices. Set folder and day back to all.</translation>
    </message>
    <message>
        <source>まだ写真がありません。「写真を選ぶ」で追加してください。</source>
        <translation>There are no photos yet. Add some on the photos page.</translation>
    </message>
    <message>
        <source>ラベルのない写真は、もうありません。</source>
        <translation>Every photo is labelled.</translation>
    </message>
    <message>
        <source>この種類の写真は、まだありません。</source>
        <translation>There are no photos of this class yet.</translation>
    </message>
    <message>
        <source>書いてある写真は、まだありません。</source>
        <translation>No photo has a text yet.</translation>
    </message>
    <message>
        <source>まちがえた写真はありません。</source>
        <translation>There are no mistakes.</translation>
    </message>
    <message>
        <source>ラベルと答えは、すべて合っています。</source>
        <translation>All labels and answers agree.</translation>
    </message>
    <message>
        <source>合う写真は、ありません。</source>
        <translation>No photo fits.</translation>
    </message>
    <message>
        <source>すべての写真</source>
        <translation>All photos</translation>
    </message>
    <message>
        <source>ラベルのない写真</source>
        <translation>Unlabelled photos</translation>
    </message>
    <message>
        <source>書いてある写真</source>
        <translation>Photos with a text</translation>
    </message>
    <message>
        <source>前の学習がまちがえた写真</source>
        <translation>Mistakes of the last training</translation>
    </message>
    <message>
        <source>ラベルと答えが食い違う写真</source>
        <translation>Label and answer differ</translation>
    </message>
    <message>
        <source>フォルダーの順</source>
        <translation>By folder</translation>
    </message>
    <message>
        <source>名前の順</source>
        <translation>By name</translation>
    </message>
    <message>
        <source>新しい順</source>
        <translation>Newest first</translation>
    </message>
    <message>
        <source>古い順</source>
        <translation>Oldest first</translation>
    </message>
    <message>
        <source>選んだ写真に似た順</source>
        <translation>Most like the chosen photo</translation>
    </message>
    <message>
        <source>すべてのフォルダー</source>
        <translation>All folders</translation>
    </message>
    <message>
        <source>すべての日</source>
        <translation>All days</translation>
    </message>
    <message>
        <source>まだ何も書いていない写真は、もうありません。</source>
        <translation>Something is written about every photo.</translation>
    </message>
    <message>
        <source>まだ書いていない写真</source>
        <translation>Photos not written about</translation>
    </message>
    <message>
        <source>今は提案がありません。ラベルが増えると、また出ます。</source>
        <translation>There are no suggestions now. They come back as labels are added.</translation>
    </message>
    <message>
        <source>まちがいに見えるラベルは、ありません。</source>
        <translation>No label looks wrong.</translation>
    </message>
    <message>
        <source>提案のある写真</source>
        <translation>With a suggestion</translation>
    </message>
    <message>
        <source>ラベルを見直したい写真</source>
        <translation>Doubtful labels</translation>
    </message>
    <message>
        <source>次に見てほしい順</source>
        <translation>Most useful next</translation>
    </message>
    <message>
        <source>似た提案ごと</source>
        <translation>By suggestion</translation>
    </message>
    <message>
        <source>見直したい順</source>
        <translation>Doubtful first</translation>
    </message>
    <message>
        <source>探した言葉に近い順</source>
        <translation>By the words</translation>
    </message>
    <message>
        <source>迷っている写真は、もうありません。</source>
        <translation>There are no photos left that anybody is not sure about.</translation>
    </message>
    <message>
        <source>使わないことにした写真は、ありません。</source>
        <translation>No photo was left out.</translation>
    </message>
    <message>
        <source>2人のラベルの食い違いは、もうありません。</source>
        <translation>The two people&apos;s labels no longer differ.</translation>
    </message>
    <message>
        <source>迷っている写真</source>
        <translation>Photos not sure about</translation>
    </message>
    <message>
        <source>使わない写真</source>
        <translation>Photos not used</translation>
    </message>
    <message>
        <source>メモのある写真</source>
        <translation>Photos with a comment</translation>
    </message>
    <message>
        <source>2人のラベルが食い違う写真</source>
        <translation>Photos the two labelled differently</translation>
    </message>
</context>
<context>
    <name>StageDialog</name>
    <message>
        <source>段階と決定</source>
        <translation>Stage and decisions</translation>
    </message>
    <message>
        <source>小さく試し、数字を見て、足りないときだけ強め、現場に引き渡します。おすすめは数字の幅から出します。おすすめと違う決め方もでき、どちらも記録に残ります。</source>
        <translation>Try something small, look at the figures, strengthen only if needed, hand over. What is recommended is drawn from intervals. You may decide otherwise; both are kept.</translation>
    </message>
    <message>
        <source>めざす数字</source>
        <translation>Wished for</translation>
    </message>
    <message>
        <source> % 以上</source>
        <translation> % or more</translation>
    </message>
    <message>
        <source>めざす数字の下限（%）</source>
        <translation>The least it is to be (%)</translation>
    </message>
    <message>
        <source>決める人</source>
        <translation>Who decides</translation>
    </message>
    <message>
        <source>理由</source>
        <translation>Reason</translation>
    </message>
    <message>
        <source>例：現場で 1 週間試して問題がなかった</source>
        <translation>e.g. tried on the line for a week without trouble</translation>
    </message>
    <message>
        <source>まだ進まない</source>
        <translation>Not yet</translation>
    </message>
    <message>
        <source>ここで止める</source>
        <translation>Stop here</translation>
    </message>
    <message>
        <source>最後の決定を取り消す</source>
        <translation>Take the last decision back</translation>
    </message>
    <message>
        <source>これまでの決定</source>
        <translation>Decisions so far</translation>
    </message>
    <message>
        <source>見た結果：{run}「{title}」（このプロジェクトの結果は {tried} 件）</source>
        <translation>Result looked at: {run} “{title}” ({tried} in this project)</translation>
    </message>
    <message>
        <source>学習の後</source>
        <translation>After training</translation>
    </message>
    <message>
        <source>学習の前</source>
        <translation>Before training</translation>
    </message>
    <message>
        <source>{when}：{name} {mean} %（95 % の幅 {low}～{high} %、{n} 枚）</source>
        <translation>{when}: {name} {mean} % (95 % interval {low} to {high} %, {n} photos)</translation>
    </message>
    <message>
        <source>取り置いた種類：正解 {photos} 枚中 {before} 枚 → {after} 枚</source>
        <translation>Held-back classes: {before} → {after} right of {photos} photos</translation>
    </message>
    <message>
        <source>取り置いた種類（付属の見本写真）：正解 {photos} 枚中 {before} 枚 → {after} 枚</source>
        <translation>Held-back classes (built-in samples): {before} → {after} right of {photos} photos</translation>
    </message>
    <message>
        <source>{time}&#x3000;第 {stage} 段階&#x3000;{verdict}&#x3000;{who}「{reason}」</source>
        <translation>{time}  stage {stage}  {verdict}  {who}: “{reason}”</translation>
    </message>
    <message>
        <source>第 2 段階へ進む</source>
        <translation>Go on to stage 2</translation>
    </message>
    <message>
        <source>引き渡しへ進む</source>
        <translation>Go on to the hand-over</translation>
    </message>
    <message>
        <source>引き渡した</source>
        <translation>Handed over</translation>
    </message>
    <message>
        <source>おすすめ</source>
        <translation>Recommended</translation>
    </message>
    <message>
        <source>決める人と理由を入れると、ボタンを押せます。</source>
        <translation>Give a name and a reason to press a button.</translation>
    </message>
</context>
<context>
    <name>StageLine</name>
    <message>
        <source>段階と決定…</source>
        <translation>Stage and decisions…</translation>
    </message>
    <message>
        <source>いまの段階を見て、進むかどうかを決める</source>
        <translation>See the present stage and decide whether to go on</translation>
    </message>
    <message>
        <source>目安：{figure}が、少なく見積もっても {least} % 以上。</source>
        <translation>Goal: {figure} surely {least} % or more.</translation>
    </message>
    <message>
        <source>{goal}{advice}</source>
        <translation>{goal} {advice}</translation>
    </message>
</context>
<context>
    <name>StageWords</name>
    <message>
        <source>第 1 段階：小さく安全に試す</source>
        <translation>Stage 1: try something small and safe</translation>
    </message>
    <message>
        <source>第 2 段階：足りないときだけ強める</source>
        <translation>Stage 2: strengthen, only if needed</translation>
    </message>
    <message>
        <source>第 3 段階：現場に引き渡す</source>
        <translation>Stage 3: hand over</translation>
    </message>
    <message>
        <source>習った種類の正解率</source>
        <translation>accuracy on learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類の正解率</source>
        <translation>accuracy on held-back classes</translation>
    </message>
    <message>
        <source>両方のつりあい</source>
        <translation>balance of both</translation>
    </message>
    <message>
        <source>習った種類の正解率（全部の種類から選ぶとき）</source>
        <translation>accuracy on learned classes (among all classes)</translation>
    </message>
    <message>
        <source>取り置いた種類の正解率（全部の種類から選ぶとき）</source>
        <translation>accuracy on held-back classes (among all classes)</translation>
    </message>
    <message>
        <source>両方のつりあい（全部の種類から選ぶとき）</source>
        <translation>balance of both (among all classes)</translation>
    </message>
    <message>
        <source>進む</source>
        <translation>go</translation>
    </message>
    <message>
        <source>まだ進まない</source>
        <translation>Not yet</translation>
    </message>
    <message>
        <source>ここで止める</source>
        <translation>Stop here</translation>
    </message>
    <message>
        <source>取り消し</source>
        <translation>taken back</translation>
    </message>
</context>
<context>
    <name>StateChip</name>
    <message>
        <source>準備中</source>
        <translation>Waiting</translation>
    </message>
    <message>
        <source>学習中</source>
        <translation>Training</translation>
    </message>
    <message>
        <source>一時停止</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>完了</source>
        <translation>Finished</translation>
    </message>
    <message>
        <source>中止</source>
        <translation>Stopped</translation>
    </message>
    <message>
        <source>失敗</source>
        <translation>Failed</translation>
    </message>
    <message>
        <source>中断（再開できます）</source>
        <translation>Interrupted (can go on)</translation>
    </message>
</context>
<context>
    <name>TailPart</name>
    <message>
        <source>写真の枚数がかたよっていたら</source>
        <translation>With more photos of some classes</translation>
    </message>
    <message>
        <source>調べる：枚数のかたより</source>
        <translation>Find out: uneven numbers</translation>
    </message>
    <message>
        <source>種類によって写真を減らし、いちばん多い種類の 10 分の 1 までかたよらせて学習します（写真が多ければ 50 分の 1、100 分の 1 も）。学習の何回分かの時間がかかります。</source>
        <translation>Takes photos away from class to class, down to a tenth of the commonest class (with many photos also a fiftieth and a hundredth), and trains. It takes as long as several trainings.</translation>
    </message>
    <message>
        <source>写真の枚数をかたよらせて、学習をやり直しています。</source>
        <translation>The training is being done again with uneven numbers of photos.</translation>
    </message>
    <message>
        <source>{times} 倍の差</source>
        <translation>{times} to 1</translation>
    </message>
    <message>
        <source>そのままの枚数</source>
        <translation>Numbers as they are</translation>
    </message>
    <message>
        <source>写真の枚数がかたよっていても、はっきりした低下は見つかりませんでした。</source>
        <translation>No clear fall was found with uneven numbers of photos.</translation>
    </message>
    <message>
        <source>枚数に {times} 倍の差があると、正解は {then} から {now} に下がります。少ない種類の写真をふやしてください。</source>
        <translation>With numbers {times} to 1, right answers fall from {then} to {now}. Take more photos of the rare classes.</translation>
    </message>
</context>
<context>
    <name>TakePhotosDialog</name>
    <message>
        <source>写真をカメラで撮る</source>
        <translation>Take photos with a camera</translation>
    </message>
    <message>
        <source>カメラにつないでいます…</source>
        <translation>Connecting to the camera…</translation>
    </message>
    <message>
        <source>いま、キーは欄に入ります。キーで撮るには、ここを押してください。</source>
        <translation>Keys go into the field now. Press here to take photos by key.</translation>
    </message>
    <message>
        <source>カメラの映像がありません。</source>
        <translation>There is no picture from the camera.</translation>
    </message>
    <message>
        <source>「{name}」を撮っています… {done}／{wanted} 枚</source>
        <translation>Taking “{name}”… {done} of {wanted}</translation>
    </message>
    <message>
        <source>よく写っています。</source>
        <translation>The picture is good.</translation>
    </message>
    <message>
        <source>ぼけているか、動いています。ピントを合わせ、止めて撮ってください。</source>
        <translation>Blurred or moving: focus, and hold still. </translation>
    </message>
    <message>
        <source>暗すぎます。明かりを足してください。</source>
        <translation>Too dark: add light. </translation>
    </message>
    <message>
        <source>明るすぎて、白く飛んでいます。明かりを弱めてください。</source>
        <translation>Too bright, parts are burnt out: dim the light. </translation>
    </message>
    <message>
        <source>プロジェクトに入れています…</source>
        <translation>Putting them into the project…</translation>
    </message>
    <message>
        <source>「{name}」を {count} 枚撮りました。</source>
        <translation>“{name}”: {count} taken.</translation>
    </message>
    <message>
        <source>「{name}」を {count} 枚撮りました。△ の付いた {doubtful} 枚は、写りを確かめてください。</source>
        <translation>“{name}”: {count} taken. Please look at those marked △ ({doubtful}).</translation>
    </message>
    <message>
        <source>「{name}」の {count} 枚を使わないことにしました。ラベルのページで元に戻せます。</source>
        <translation>“{name}”: {count} left out. The label page can bring them back.</translation>
    </message>
    <message>
        <source>カメラの映像</source>
        <translation>The camera&apos;s picture</translation>
    </message>
    <message>
        <source>いま撮った写真</source>
        <translation>Photos just taken</translation>
    </message>
    <message>
        <source>種類のキーを押すと、続けて撮って、その種類のラベルを付けます。</source>
        <translation>The key of a class takes several photos and labels them with that class.</translation>
    </message>
    <message>
        <source>最後に撮った分を取り消す</source>
        <translation>Take the last ones back</translation>
    </message>
    <message>
        <source>撮り終える（Esc）</source>
        <translation>Done (Esc)</translation>
    </message>
</context>
<context>
    <name>TakenStrip</name>
    <message>
        <source>△ ぼけ・ぶれ</source>
        <translation>△ blurred</translation>
    </message>
    <message>
        <source>△ 暗すぎる</source>
        <translation>△ too dark</translation>
    </message>
    <message>
        <source>△ 白飛び</source>
        <translation>△ burnt out</translation>
    </message>
</context>
<context>
    <name>TaskChooser</name>
    <message>
        <source>種類を見分ける</source>
        <translation>Tell kinds apart</translation>
    </message>
    <message>
        <source>写真に説明をつける</source>
        <translation>Describe photos</translation>
    </message>
    <message>
        <source>写真に質問する</source>
        <translation>Ask questions about photos</translation>
    </message>
    <message>
        <source>すること</source>
        <translation>Task</translation>
    </message>
    <message>
        <source>このプロジェクトで学ばせること</source>
        <translation>What this project teaches the model</translation>
    </message>
</context>
<context>
    <name>TaskSide</name>
    <message>
        <source>写真を選び、F2 で質問と答えを書きます。Ctrl+Enter で次の写真へ、F3 でまだ書いていない写真へ進みます。書いたものは、そのまま残ります。</source>
        <translation>Choose a photo and press F2 to write questions and answers. Ctrl+Enter goes on to the next photo, F3 to the next one without a text. Everything you write is kept.</translation>
    </message>
    <message>
        <source>写真を選び、F2 で説明を書きます。Ctrl+Enter で次の写真へ、F3 でまだ書いていない写真へ進みます。書いたものは、そのまま残ります。</source>
        <translation>Choose a photo and press F2 to write a description. Ctrl+Enter goes on to the next photo, F3 to the next one without a text. Everything you write is kept.</translation>
    </message>
    <message>
        <source>{written}／{total} 枚に質問があります（全部で {texts} 件）。</source>
        <translation>{written} of {total} asked about ({texts} questions).</translation>
    </message>
    <message>
        <source>{written}／{total} 枚に説明があります（全部で {texts} 件）。</source>
        <translation>{written} of {total} described ({texts} texts).</translation>
    </message>
    <message>
        <source>2 枚以上の写真に、質問と答えを付けてください。</source>
        <translation>Write questions and answers about 2 photos or more.</translation>
    </message>
    <message>
        <source>2 枚以上の写真に、説明を付けてください。</source>
        <translation>Describe 2 photos or more.</translation>
    </message>
</context>
<context>
    <name>TemplateDialog</name>
    <message>
        <source>よく使う文</source>
        <translation>Sentences to reuse</translation>
    </message>
    <message>
        <source>1行に1つ、{count} 個まで書けます。{slot} のように囲んだところは、入れるときに書き換えます。{kind} には写真の種類が入ります。全部消すと、最初の文に戻ります。</source>
        <translation>One per line, up to {count}. What stands in braces, such as {slot}, is written over when the sentence is inserted; {kind} becomes the photo&apos;s class. Delete all of them to get the first ones back.</translation>
    </message>
    <message>
        <source>この文にする</source>
        <translation>Use these sentences</translation>
    </message>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
</context>
<context>
    <name>TemplateList</name>
    <message>
        <source>文を変える…</source>
        <translation>Change sentences…</translation>
    </message>
</context>
<context>
    <name>TextBeforeAfter</name>
    <message>
        <source>学習の前</source>
        <translation>Before training</translation>
    </message>
    <message>
        <source>学習の後</source>
        <translation>After training</translation>
    </message>
    <message>
        <source>差</source>
        <translation>Difference</translation>
    </message>
    <message>
        <source>答えが、人の答えと同じだった割合です。かっこの中は、写真を取りかえても 95 % が入る幅です。</source>
        <translation>The share of answers that are the same as a person&apos;s. In brackets: the range that holds 95 of 100 such figures, with other photos.</translation>
    </message>
    <message>
        <source>「近さ」は、人が書いた説明にどれだけ近いかです。めずらしい言葉が合うほど高く、0～10 で、10 がいちばん近い値です。かっこの中は、写真を取りかえても 95 % が入る幅です。</source>
        <translation>“Closeness” says how close a description is to those that people wrote. It rises most where rare words agree; it goes from 0 to 10, and 10 is closest. In brackets: the range that holds 95 of 100 such figures, with other photos.</translation>
    </message>
    <message>
        <source>日本語を単語に分ける道具がないので、1 文字ずつ数えました。ほかのパソコンの数字とは比べられません。</source>
        <translation>There is nothing on this PC that cuts Japanese into words, so single letters were counted. The figures do not compare with those of other PCs.</translation>
    </message>
    <message>
        <source>習った種類の試験の写真（{photos} 枚）</source>
        <translation>Test photos of learned classes ({photos})</translation>
    </message>
    <message>
        <source>取り置いた種類の写真（{photos} 枚）：新しい製品への強さ</source>
        <translation>Photos of classes held back ({photos}): how it does on new products</translation>
    </message>
    <message>
        <source>元のモデルが知っていたこと（練習用の絵 {photos} 枚）：学習で失われていないか</source>
        <translation>What the model knew before ({photos} practice pictures): is it lost by training?</translation>
    </message>
    <message>
        <source>正しい答え</source>
        <translation>Right answers</translation>
    </message>
    <message>
        <source>VQA 精度。人の答えと同じなら正しいと数えます。</source>
        <translation>VQA accuracy. An answer counts as right when it is the same as people&apos;s.</translation>
    </message>
    <message>
        <source>近さ（CIDEr）</source>
        <translation>Closeness (CIDEr)</translation>
    </message>
    <message>
        <source>人が書いた説明にどれだけ近いかです。0～10。</source>
        <translation>How close it is to the descriptions that people wrote, 0 to 10.</translation>
    </message>
    <message>
        <source>続きの一致（BLEU-4）</source>
        <translation>Same runs of words (BLEU-4)</translation>
    </message>
    <message>
        <source>続いた 4 語が、人の説明とそのまま同じだった割合です。0～1。</source>
        <translation>The share of four words in a row that stand just so in people&apos;s descriptions, 0 to 1.</translation>
    </message>
    <message>
        <source>並びの一致（ROUGE-L）</source>
        <translation>Same order of words (ROUGE-L)</translation>
    </message>
    <message>
        <source>人の説明と、言葉の並びがどれだけ同じかです。0～1。</source>
        <translation>How far the order of words is that of people&apos;s descriptions, 0 to 1.</translation>
    </message>
    <message>
        <source>言いかえも数えた一致（METEOR）</source>
        <translation>Agreement with other wording counted (METEOR)</translation>
    </message>
    <message>
        <source>言葉の変化や言いかえも同じと数えた一致です。0～1。</source>
        <translation>Agreement where other forms of a word and synonyms count as the same, 0 to 1.</translation>
    </message>
    <message>
        <source>{difference} 良くなった</source>
        <translation>{difference} better</translation>
    </message>
    <message>
        <source>{difference} 悪くなった</source>
        <translation>{difference} worse</translation>
    </message>
    <message>
        <source>{difference} 差があるとは言えない</source>
        <translation>{difference} no difference can be claimed</translation>
    </message>
    <message>
        <source>{points} ポイント</source>
        <translation>{points} points</translation>
    </message>
    <message>
        <source>{mean} %（{low}～{high}）</source>
        <translation>{mean} % ({low} to {high})</translation>
    </message>
    <message>
        <source>{mean}（{low}～{high}）</source>
        <translation>{mean} ({low} to {high})</translation>
    </message>
</context>
<context>
    <name>TextCharts</name>
    <message>
        <source>写真と文を見た回数（周）</source>
        <translation>Rounds through photos and texts</translation>
    </message>
    <message>
        <source>学習用の文</source>
        <translation>Texts to learn from</translation>
    </message>
    <message>
        <source>確認用の文</source>
        <translation>Texts for checking</translation>
    </message>
    <message>
        <source>まちがいの大きさ</source>
        <translation>Error</translation>
    </message>
    <message>
        <source>一字一句そのとおりに書けた割合（%）</source>
        <translation>Share written word for word (%)</translation>
    </message>
    <message>
        <source>1 周目が終わると、ここに線が出ます。</source>
        <translation>A line appears here after the first round.</translation>
    </message>
    <message>
        <source>いま {loss:.2f} です。学習が進むと下がります。</source>
        <translation>Now {loss:.2f}. It falls as training goes on.</translation>
    </message>
    <message>
        <source>{first:.2f} から {loss:.2f} に下がりました。</source>
        <translation>It fell from {first:.2f} to {loss:.2f}.</translation>
    </message>
    <message>
        <source>{first:.2f} から {loss:.2f} になり、下がっていません。続くようなら、やり方を変えてください。</source>
        <translation>It went from {first:.2f} to {loss:.2f} and is not falling. If it stays so, try another way.</translation>
    </message>
    <message>
        <source>途中で確かめる文がないので、割合は出せません。</source>
        <translation>There are no texts for checking on the way, so there is no share.</translation>
    </message>
    <message>
        <source>いちばん良い周では、確認用の文の {share} % を、人が書いたとおりに書けました。言い回しが違うだけのものは入りません。</source>
        <translation>In its best round it wrote {share} % of the checking texts just as people wrote them. Those that only differ in wording are not counted.</translation>
    </message>
    <message>
        <source>確認用の文の {share} % を、人が書いたとおりに書けます。言い回しが違うだけのものは入りません。</source>
        <translation>It writes {share} % of the checking texts just as people wrote them. Those that only differ in wording are not counted.</translation>
    </message>
</context>
<context>
    <name>TextCheckPage</name>
    <message>
        <source>前と後</source>
        <translation>Before and after</translation>
    </message>
    <message>
        <source>写真ごとに見る</source>
        <translation>Photo by photo</translation>
    </message>
    <message>
        <source>要確認</source>
        <translation>Unsure</translation>
    </message>
    <message>
        <source>試してみる</source>
        <translation>Try it</translation>
    </message>
    <message>
        <source>ほかの学習と比べる</source>
        <translation>Compare trainings</translation>
    </message>
    <message>
        <source>質問ごとの正解（行を選んで Enter を押すと、その質問の写真を見られます）</source>
        <translation>Right answers by question (choose a row and press Enter to see its photos)</translation>
    </message>
</context>
<context>
    <name>TextDecision</name>
    <message>
        <source>保存する（Enter）</source>
        <translation>Save (Enter)</translation>
    </message>
    <message>
        <source>←&#x3000;これでよい</source>
        <translation>←  It is right</translation>
    </message>
    <message>
        <source>やめる（Esc）</source>
        <translation>Leave it (Esc)</translation>
    </message>
    <message>
        <source>直す&#x3000;→</source>
        <translation>Correct it  →</translation>
    </message>
    <message>
        <source>取り消す（{decision}）</source>
        <translation>Undo ({decision})</translation>
    </message>
    <message>
        <source>いちばん新しい写真へ</source>
        <translation>To the newest photo</translation>
    </message>
    <message>
        <source>いま、人に聞く文はありません。</source>
        <translation>Nothing to ask a person now.</translation>
    </message>
    <message>
        <source>この文の記録を残せなかったので、確かめたり直したりできません。</source>
        <translation>No record of this text could be kept, so it cannot be confirmed or corrected.</translation>
    </message>
    <message>
        <source>正しい文に直してください。</source>
        <translation>Write what it should say.</translation>
    </message>
    <message>
        <source>確かめ済みです。もう一度直すこともできます。</source>
        <translation>It was checked, and can be corrected again.</translation>
    </message>
    <message>
        <source>これで合っていますか？&#x3000;（ほかに {waiting} 枚が待っています）</source>
        <translation>Is this right?  ({waiting} more waiting)</translation>
    </message>
    <message>
        <source>これで合っていますか？</source>
        <translation>Is this right?</translation>
    </message>
</context>
<context>
    <name>TextFiles</name>
    <message>
        <source>取り込む・書き出す</source>
        <translation>Take in or hand out</translation>
    </message>
    <message>
        <source>質問を取り込む・書き出す</source>
        <translation>Take in or hand out questions</translation>
    </message>
    <message>
        <source>説明を取り込む・書き出す</source>
        <translation>Take in or hand out descriptions</translation>
    </message>
    <message>
        <source>取り込む（CSV・Excel・JSONL・COCO・VQAv2）…</source>
        <translation>Import (CSV, Excel, JSONL, COCO, VQAv2)…</translation>
    </message>
    <message>
        <source>COCO の形で書き出す（JSON）…</source>
        <translation>Export as COCO (JSON)…</translation>
    </message>
    <message>
        <source>VQAv2 の形で書き出す（JSON）…</source>
        <translation>Export as VQAv2 (JSON)…</translation>
    </message>
    <message>
        <source>表で書き出す（CSV）…</source>
        <translation>Export as a table (CSV)…</translation>
    </message>
    <message>
        <source>1行ずつ書き出す（JSONL）…</source>
        <translation>Export line by line (JSONL)…</translation>
    </message>
    <message>
        <source>「{name}」を読んでいます…</source>
        <translation>Reading “{name}”…</translation>
    </message>
    <message>
        <source>「{name}」に書き出しています…</source>
        <translation>Writing “{name}”…</translation>
    </message>
    <message numerus="yes">
        <source>%n 枚分を「{name}」に書き出しました。</source>
        <translation>
            <numerusform>%n photo was written to “{name}”.</numerusform>
            <numerusform>%n photos were written to “{name}”.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚の写真に付けました。「元に戻す」で戻せます。</source>
        <translation>
            <numerusform>%n photo has new texts. “Undo” takes them back.</numerusform>
            <numerusform>%n photos have new texts. “Undo” takes them back.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚は、もう同じ内容でした。</source>
        <translation>
            <numerusform>%n photo had them already.</numerusform>
            <numerusform>%n photos had them already.</numerusform>
        </translation>
    </message>
    <message>
        <source>この写真はプロジェクトにありません</source>
        <translation>Not among the project&apos;s photos</translation>
    </message>
    <message>
        <source>同じ名前の写真がいくつもあり、どれか分かりません</source>
        <translation>Several photos have this name, so it is unclear which one is meant</translation>
    </message>
    <message numerus="yes">
        <source>（%n 件）</source>
        <translation>
            <numerusform> (%n)</numerusform>
            <numerusform> (%n)</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>写真か文章が欠けていた行を %n 件、飛ばしました。</source>
        <translation>
            <numerusform>%n entry without a photo or a text was skipped.</numerusform>
            <numerusform>%n entries without a photo or a text were skipped.</numerusform>
        </translation>
    </message>
    <message>
        <source>説明や質問のファイル ({suffixes})</source>
        <translation>Files with descriptions or questions ({suffixes})</translation>
    </message>
    <message>
        <source>取り込むファイルを選ぶ</source>
        <translation>Choose a file to import</translation>
    </message>
    <message>
        <source>書き出す場所と名前を決める</source>
        <translation>Choose where to write, and the name</translation>
    </message>
</context>
<context>
    <name>TextPackageFacts</name>
    <message>
        <source>このファイルにできること</source>
        <translation>What this file will be able to do</translation>
    </message>
    <message>
        <source>試験に使う文がなかったので、どれだけ当たるかは分かりません。</source>
        <translation>There were no texts for testing, so nobody knows how often it is right.</translation>
    </message>
    <message>
        <source>・写真についての質問に、日本語で答えます。</source>
        <translation>• It answers questions about photos in Japanese.</translation>
    </message>
    <message>
        <source>・写真についての質問に、英語で答えます。</source>
        <translation>• It answers questions about photos in English.</translation>
    </message>
    <message>
        <source>・写真の説明を、日本語で書きます。</source>
        <translation>• It describes photos in Japanese.</translation>
    </message>
    <message>
        <source>・写真の説明を、英語で書きます。</source>
        <translation>• It describes photos in English.</translation>
    </message>
    <message>
        <source>「{question}」</source>
        <translation>“{question}” </translation>
    </message>
    <message numerus="yes">
        <source>など %n 件</source>
        <translation>
            <numerusform>– %n in all</numerusform>
            <numerusform>and others, %n in all</numerusform>
        </translation>
    </message>
    <message>
        <source>・習った質問：{questions}</source>
        <translation>• Questions it learned: {questions}</translation>
    </message>
    <message>
        <source>・説明は、いつも人が読んで確かめます。</source>
        <translation>• A person always reads and checks the descriptions.</translation>
    </message>
    <message>
        <source>・確認用の文がなかったので、自信のない答えを「要確認」にできません。</source>
        <translation>• There were no texts for checking, so it cannot call answers unsure.</translation>
    </message>
    <message>
        <source>・自信が {percent} % より低い答えは「要確認」にして、人に聞きます。</source>
        <translation>• Answers with a confidence below {percent} % are called unsure and left to a person.</translation>
    </message>
    <message>
        <source>・付属のモデルで動きます。現場の PC には、このプログラムが入っていれば足ります。</source>
        <translation>• It works on the model that comes along: the PC on site needs this program and nothing more.</translation>
    </message>
    <message>
        <source>・モデル「{model}」で動きます。ファイルの中には入らないので、現場の PC にも同じモデルが要ります。</source>
        <translation>• It works on the model “{model}”. That is not inside the file, so the PC on site needs it, too.</translation>
    </message>
    <message>
        <source>試験の写真 {photos} 枚で、正しい答えは {after}（95 % の幅 {low}〜{high}）。学習の前は {before} でした。</source>
        <translation>On {photos} test photos {after} of the answers are right (95 % range {low} to {high}); before training it was {before}.</translation>
    </message>
    <message>
        <source>試験の写真 {photos} 枚で、人の説明への近さは {after}（95 % の幅 {low}〜{high}、10 がいちばん近い）。学習の前は {before} でした。</source>
        <translation>On {photos} test photos its nearness to people’s descriptions is {after} (95 % range {low} to {high}; 10 is nearest); before training it was {before}.</translation>
    </message>
</context>
<context>
    <name>TextPane</name>
    <message>
        <source>質問と答え</source>
        <translation>Questions and answers</translation>
    </message>
    <message>
        <source>説明（1行に1つ）</source>
        <translation>Descriptions (one per line)</translation>
    </message>
    <message>
        <source>写真の説明</source>
        <translation>Descriptions of the photo</translation>
    </message>
    <message>
        <source>例：左上に長いキズがあります。</source>
        <translation>Such as: A long scratch at the top left.</translation>
    </message>
    <message>
        <source>似た写真から写す</source>
        <translation>Copy similar</translation>
    </message>
    <message>
        <source>次の写真へ</source>
        <translation>Next photo</translation>
    </message>
    <message>
        <source>よく使う質問（Ctrl+数字）</source>
        <translation>Questions to reuse (Ctrl+number)</translation>
    </message>
    <message>
        <source>よく使う文（Ctrl+数字）</source>
        <translation>Sentences to reuse (Ctrl+number)</translation>
    </message>
    <message>
        <source>写せる写真がありません。先に、似た写真に書いてください。</source>
        <translation>There is no photo to copy from. Write about a similar photo first.</translation>
    </message>
    <message>
        <source>「{name}」から写しました。もう一度押すと、次に似た写真から写します。</source>
        <translation>Copied from “{name}”. Press again to copy from the next most similar photo.</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>はじめて使う言葉：{words}</source>
        <translation>Words used for the first time: {words}</translation>
    </message>
    <message>
        <source>{word}（「{like}」ではありませんか?）</source>
        <translation>{word} (did you mean “{like}”?)</translation>
    </message>
    <message>
        <source>英語しか分からないモデルには「{question}」と聞きます。</source>
        <translation>A model that reads only English is asked “{question}”.</translation>
    </message>
</context>
<context>
    <name>TextPhotos</name>
    <message>
        <source>もう一度学習する</source>
        <translation>Train again</translation>
    </message>
    <message>
        <source>写真の一覧</source>
        <translation>List of photos</translation>
    </message>
    <message>
        <source>すべての写真</source>
        <translation>All photos</translation>
    </message>
    <message>
        <source>まちがえた答え</source>
        <translation>Wrong answers</translation>
    </message>
    <message>
        <source>要確認になる答え</source>
        <translation>Answers that are unsure</translation>
    </message>
    <message>
        <source>学習の前より悪くなったもの</source>
        <translation>Worse than before training</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>すべての質問</source>
        <translation>All questions</translation>
    </message>
    <message>
        <source>どの写真を見るか</source>
        <translation>Which photos to see</translation>
    </message>
    <message>
        <source>どの質問を見るか</source>
        <translation>Which question to see</translation>
    </message>
    <message>
        <source>当てはまる写真はありません。</source>
        <translation>There are no such photos.</translation>
    </message>
    <message>
        <source>{count} 件。自信を持ってまちがえたものから並んでいます。</source>
        <translation>{count} answers. Those that are wrong with confidence come first.</translation>
    </message>
    <message>
        <source>{count} 枚。人の説明から遠いものから並んでいます。</source>
        <translation>{count} photos. Those farthest from people&apos;s descriptions come first.</translation>
    </message>
</context>
<context>
    <name>TextPresetPage</name>
    <message>
        <source>文の数を調べています…</source>
        <translation>Counting the texts…</translation>
    </message>
</context>
<context>
    <name>TextReportPanel</name>
    <message>
        <source>PoC 報告書</source>
        <translation>PoC report</translation>
    </message>
    <message>
        <source>学習の前と後の数字、文の例、かかった手間を、日本語と英語の PDF と HTML にします。写真は入りません。文は OK・NG を決めないので、費用の回収は計算しません。</source>
        <translation>Puts the figures before and after training, samples of texts and what it took into PDF and HTML, in Japanese and English. Photos are not in it. Texts decide neither OK nor NG, so no payback is calculated.</translation>
    </message>
    <message>
        <source>報告書を作る</source>
        <translation>Make the report</translation>
    </message>
    <message>
        <source>日本語の報告書を開く</source>
        <translation>Open the Japanese report</translation>
    </message>
    <message>
        <source>英語の報告書を開く</source>
        <translation>Open the English report</translation>
    </message>
    <message>
        <source>作っています…</source>
        <translation>Making it…</translation>
    </message>
    <message>
        <source>作りました：{folder}</source>
        <translation>Made: {folder}</translation>
    </message>
</context>
<context>
    <name>TextRunsModel</name>
    <message>
        <source>試験の点（95 % の幅）</source>
        <translation>Test score (95 % range)</translation>
    </message>
    <message>
        <source>元の知識</source>
        <translation>Former knowledge</translation>
    </message>
    <message>
        <source>なし</source>
        <translation>none</translation>
    </message>
    <message>
        <source>{mean} %（{low}～{high}）</source>
        <translation>{mean} % ({low} to {high})</translation>
    </message>
    <message>
        <source>{mean}（{low}～{high}）</source>
        <translation>{mean} ({low} to {high})</translation>
    </message>
    <message>
        <source>結果がありません</source>
        <translation>has no result</translation>
    </message>
    <message>
        <source>写真か文が違うので、数だけでは比べられません</source>
        <translation>other photos or texts: the figures do not compare</translation>
    </message>
    <message>
        <source>表示中より良い（差 {mean}、{low}～{high}）</source>
        <translation>better than the one shown (difference {mean}, {low} to {high})</translation>
    </message>
    <message>
        <source>表示中より悪い（差 {mean}、{low}～{high}）</source>
        <translation>worse than the one shown (difference {mean}, {low} to {high})</translation>
    </message>
    <message>
        <source>表示中との差は、偶然でも起こる大きさ（{mean}、{low}～{high}）</source>
        <translation>no more different from the one shown than by chance ({mean}, {low} to {high})</translation>
    </message>
    <message>
        <source>{points} ポイント</source>
        <translation>{points} points</translation>
    </message>
</context>
<context>
    <name>TextSite</name>
    <message>
        <source>いま見ている写真</source>
        <translation>The photo on screen</translation>
    </message>
    <message>
        <source>直したものを学習に使う…</source>
        <translation>Learn from corrections…</translation>
    </message>
    <message>
        <source>CSV で保存</source>
        <translation>Save as CSV</translation>
    </message>
    <message>
        <source>読めません</source>
        <translation>Cannot be read</translation>
    </message>
    <message>
        <source>いま落とした写真は、読み込みが終わると書きます。</source>
        <translation>Photos dropped now are written about once it is loaded.</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます…</source>
        <translation>Loading the model…</translation>
    </message>
    <message>
        <source>写真が来るのを待っています</source>
        <translation>Waiting for photos</translation>
    </message>
    <message>
        <source>「写真を選ぶ」「フォルダーを選ぶ」「見張る」でも始められます。</source>
        <translation>“Choose photos”, “Choose a folder” and “Watch” work, too.</translation>
    </message>
    <message>
        <source>写真をここに落としてください</source>
        <translation>Drop photos here</translation>
    </message>
    <message>
        <source>上の説明を確かめて、もう一度開いてください。</source>
        <translation>Read the message above and open it again.</translation>
    </message>
    <message>
        <source>パッケージを使えません</source>
        <translation>The package cannot be used</translation>
    </message>
    <message>
        <source>今日：書いた文 {records} 件&#x3000;確かめた {decided} 件&#x3000;うち直した {corrected} 件</source>
        <translation>Today: {records} texts written, {decided} checked, {corrected} of them corrected</translation>
    </message>
    <message>
        <source>要確認 {unsure} 件</source>
        <translation>{unsure} unsure</translation>
    </message>
    <message>
        <source>CSV ファイル (*.csv)</source>
        <translation>CSV files (*.csv)</translation>
    </message>
    <message numerus="yes">
        <source>%n 件を保存しました</source>
        <translation>
            <numerusform>%n record saved</numerusform>
            <numerusform>%n records saved</numerusform>
        </translation>
    </message>
</context>
<context>
    <name>TextVerdict</name>
    <message>
        <source>試験に使う文がないので、良くなったかどうかは言えません。</source>
        <translation>There are no texts for the examination, so nobody can say whether it became better.</translation>
    </message>
    <message>
        <source>説明は良くなりました。人の説明への近さが {before} から {after} に上がりました（10 がいちばん近い）。</source>
        <translation>The descriptions became better. Their closeness to people&apos;s rose from {before} to {after} (10 is closest).</translation>
    </message>
    <message>
        <source>説明は悪くなりました。人の説明への近さが {before} から {after} に下がりました（10 がいちばん近い）。</source>
        <translation>The descriptions became worse. Their closeness to people&apos;s fell from {before} to {after} (10 is closest).</translation>
    </message>
    <message>
        <source>説明が良くなったとは、まだ言えません。人の説明への近さは {before} から {after} で、偶然でも起こる差です（10 がいちばん近い）。</source>
        <translation>It cannot be said yet that the descriptions became better. Their closeness to people&apos;s went from {before} to {after}, which may be chance (10 is closest).</translation>
    </message>
    <message>
        <source>答えは良くなりました。正しい答えが {before} から {after} に増えました。</source>
        <translation>The answers became better. Right answers rose from {before} to {after}.</translation>
    </message>
    <message>
        <source>答えは悪くなりました。正しい答えが {before} から {after} に減りました。</source>
        <translation>The answers became worse. Right answers fell from {before} to {after}.</translation>
    </message>
    <message>
        <source>答えが良くなったとは、まだ言えません。正しい答えは {before} から {after} で、偶然でも起こる差です。</source>
        <translation>It cannot be said yet that the answers became better. Right answers went from {before} to {after}, which may be chance.</translation>
    </message>
    <message>
        <source>試験の写真 {photos} 枚で測りました。学習の前と後の差は、95 % の確かさで {low}～{high} の間です。</source>
        <translation>Measured on {photos} test photos. The difference between before and after lies between {low} and {high}, with 95 % certainty.</translation>
    </message>
    <message>
        <source>試験の写真 {photos} 枚で測りました。学習の前と後の差は、95 % の確かさで {low}～{high} ポイントの間です。</source>
        <translation>Measured on {photos} test photos. The difference between before and after lies between {low} and {high} points, with 95 % certainty.</translation>
    </message>
    <message>
        <source>取り置いた種類（習っていない製品）も良くなりました：{before} → {after}。</source>
        <translation>Classes held back (products that were not learned) became better, too: {before} → {after}.</translation>
    </message>
    <message>
        <source>取り置いた種類（習っていない製品）は悪くなりました：{before} → {after}。</source>
        <translation>Classes held back (products that were not learned) became worse: {before} → {after}.</translation>
    </message>
    <message>
        <source>取り置いた種類（習っていない製品）は、変わったとは言えません：{before} → {after}。</source>
        <translation>No change can be claimed for classes held back (products that were not learned): {before} → {after}.</translation>
    </message>
    <message>
        <source>元のモデルが知っていたこと（練習用の部品の絵）も、良くなりました：{before} → {after}。</source>
        <translation>What the model knew before (practice pictures of parts) became better, too: {before} → {after}.</translation>
    </message>
    <message>
        <source>元のモデルが知っていたこと（練習用の部品の絵）は、前よりできなくなりました：{before} → {after}。</source>
        <translation>What the model knew before (practice pictures of parts) it does worse now: {before} → {after}.</translation>
    </message>
    <message>
        <source>元のモデルが知っていたこと（練習用の部品の絵）は、失われたとは言えません：{before} → {after}。</source>
        <translation>It cannot be said that what the model knew before (practice pictures of parts) was lost: {before} → {after}.</translation>
    </message>
    <message>
        <source>もっと多くの写真に文を書いて、もう一度学習してください。</source>
        <translation>Write about more photos and train again.</translation>
    </message>
    <message>
        <source>このまま使わず、点の低い写真の文を確かめて、もう一度学習してください。</source>
        <translation>Do not use it as it is: check the texts of photos with low scores and train again.</translation>
    </message>
    <message>
        <source>文を書いた写真を増やすか、別のやり方を試すと、差がはっきりします。</source>
        <translation>With more photos that you write about, or another way, the difference becomes clear.</translation>
    </message>
    <message>
        <source>自分たちの写真と文だけに使うなら、このままで大丈夫です。ほかの文も書かせたいときは、別のやり方とも比べてください。</source>
        <translation>If it is for your own photos and wording only, it is fine as it is. If it is to write other texts as well, compare it with other ways.</translation>
    </message>
    <message>
        <source>持ち出す前に、点の低い写真を確かめてください。</source>
        <translation>Before exporting, look at the photos with low scores.</translation>
    </message>
</context>
<context>
    <name>ThumbnailSize</name>
    <message>
        <source>写真の大きさ</source>
        <translation>Size of the photos</translation>
    </message>
    <message>
        <source>写真の大きさ（Ctrl を押しながらホイールでも変えられます）</source>
        <translation>Size of the photos (Ctrl with the wheel changes it, too)</translation>
    </message>
</context>
<context>
    <name>TrainingPage</name>
    <message>
        <source>学習する</source>
        <translation>Train</translation>
    </message>
    <message>
        <source>結果を見る</source>
        <translation>See the result</translation>
    </message>
    <message>
        <source>先に「はじめる」でプロジェクトを開いてください。</source>
        <translation>Open a project on the start page first.</translation>
    </message>
    <message>
        <source>「学習を始める」を押すと、結果が見られるようになります。</source>
        <translation>Press “Start training”; then there will be a result.</translation>
    </message>
    <message>
        <source>学習が終わると、結果が見られます。</source>
        <translation>The result can be seen when training has ended.</translation>
    </message>
    <message>
        <source>この学習には、まだ結果がありません。</source>
        <translation>This run has no result yet.</translation>
    </message>
    <message>
        <source>プロジェクトを開いてやり方を選ぶと、ここで学習を始められます。</source>
        <translation>Open a project and choose a way; then training can start here.</translation>
    </message>
    <message>
        <source>始める前に確かめます</source>
        <translation>Checked before the start</translation>
    </message>
    <message>
        <source>もう一度確かめる</source>
        <translation>Check again</translation>
    </message>
    <message>
        <source>学習を始める</source>
        <translation>Start training</translation>
    </message>
    <message>
        <source>止めて、いちばん良いものを残す</source>
        <translation>Stop and keep the best</translation>
    </message>
    <message>
        <source>もう一度学習する</source>
        <translation>Train again</translation>
    </message>
    <message>
        <source>前の学習を見る</source>
        <translation>Look at the last run</translation>
    </message>
    <message>
        <source>上の説明を確かめると、始められます。</source>
        <translation>Mend what is said above, then you can start.</translation>
    </message>
    <message>
        <source>× の付いた項目を直すと、始められます。</source>
        <translation>Mend what is marked ×, then you can start.</translation>
    </message>
    <message>
        <source>「そのまま使う」は学習をしません。元のモデルの力を、本番の試験の写真で測ります。</source>
        <translation>“As it is” learns nothing. It measures the untouched model on the test photos.</translation>
    </message>
    <message>
        <source>学習を準備しています…</source>
        <translation>Preparing the training…</translation>
    </message>
    <message>
        <source>写真とパソコンを確かめています…</source>
        <translation>Checking photos and PC…</translation>
    </message>
    <message>
        <source>先に「やり方を選ぶ」で、カードを 1 枚選んでください。</source>
        <translation>Choose a card on the page before first.</translation>
    </message>
    <message>
        <source>受け付けました…</source>
        <translation>Noted…</translation>
    </message>
    <message>
        <source>再開</source>
        <translation>Go on</translation>
    </message>
    <message>
        <source>一時停止</source>
        <translation>Pause</translation>
    </message>
    <message>
        <source>もう一度試す</source>
        <translation>Try again</translation>
    </message>
    <message>
        <source>続きから再開する</source>
        <translation>Go on where it stopped</translation>
    </message>
</context>
<context>
    <name>TrainingView</name>
    <message>
        <source>学習の進み</source>
        <translation>Progress of training</translation>
    </message>
    <message>
        <source>写真を見た回数（周）</source>
        <translation>Rounds through the photos</translation>
    </message>
    <message>
        <source>まちがいの大きさ</source>
        <translation>Size of the error</translation>
    </message>
    <message>
        <source>学習用の写真</source>
        <translation>Training photos</translation>
    </message>
    <message>
        <source>正しく見分けた割合（%）</source>
        <translation>Share told apart rightly (%)</translation>
    </message>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>習う前・習った種類</source>
        <translation>before, learned classes</translation>
    </message>
    <message>
        <source>習う前・取り置いた種類</source>
        <translation>before, classes held back</translation>
    </message>
    <message>
        <source>1 周目が終わると、ここに線が出ます。</source>
        <translation>A line appears here after the first round.</translation>
    </message>
    <message>
        <source>いま {loss:.2f} です。学習が進むと下がります。</source>
        <translation>It is {loss:.2f} now and falls as training goes on.</translation>
    </message>
    <message>
        <source>{first:.2f} から {loss:.2f} に下がりました。</source>
        <translation>It fell from {first:.2f} to {loss:.2f}.</translation>
    </message>
    <message>
        <source>{first:.2f} から {loss:.2f} に下がりました。学習は進んでいます。</source>
        <translation>It fell from {first:.2f} to {loss:.2f}: training is getting on.</translation>
    </message>
    <message>
        <source>{first:.2f} から {loss:.2f} になり、下がっていません。続くようなら、やり方を変えてください。</source>
        <translation>It went from {first:.2f} to {loss:.2f} and does not fall. If that goes on, choose another way.</translation>
    </message>
    <message>
        <source>途中で確かめる写真がないので、割合はまだ出せません。</source>
        <translation>There are no photos to check on the way, so there is no share yet.</translation>
    </message>
    <message>
        <source>習った種類は {base} % です。</source>
        <translation>Learned classes: {base} %.</translation>
    </message>
    <message>
        <source>習った種類は {before} % から {base} % になりました。</source>
        <translation>Learned classes went from {before} % to {base} %.</translation>
    </message>
    <message>
        <source>習った種類は {before} % から {base} %、取り置いた種類は {before_new} % から {new} % になりました。</source>
        <translation>Learned classes went from {before} % to {base} %, classes held back from {before_new} % to {new} %.</translation>
    </message>
    <message>
        <source>一時停止しています。「再開」で続きから学習します。</source>
        <translation>Paused. “Go on” continues.</translation>
    </message>
    <message>
        <source>学習が終わり、結果を確かめて保存しました。「結果を見る」へ進めます。</source>
        <translation>Training has ended; the result was verified and saved. Go on to see it.</translation>
    </message>
    <message>
        <source>元のモデルの力を測り終えました。「結果を見る」へ進めます。</source>
        <translation>The untouched model has been measured. Go on to see the result.</translation>
    </message>
    <message>
        <source>学習を止めました。</source>
        <translation>Training was stopped.</translation>
    </message>
    <message>
        <source>学習を続けられませんでした。</source>
        <translation>Training could not go on.</translation>
    </message>
    <message>
        <source>学習が途中で切れました。途中の保存から再開できます。</source>
        <translation>Training was cut off. It can go on from what was saved.</translation>
    </message>
    <message>
        <source>エンジンを準備しています…</source>
        <translation>Starting the engine…</translation>
    </message>
    <message>
        <source>作業しています…</source>
        <translation>Working…</translation>
    </message>
    <message>
        <source>選んだやり方で、学習用の写真をすべて使って仕上げています…</source>
        <translation>Training the chosen way on all training photos…</translation>
    </message>
    <message>
        <source>写真を一度にまとめて覚えています…</source>
        <translation>Learning all photos at once…</translation>
    </message>
    <message>
        <source>写真を見て学習しています（第2段階：モデルの中も合わせる）…</source>
        <translation>Learning from the photos (second stage: inside the model, too)…</translation>
    </message>
    <message>
        <source>写真を見て学習しています（第1段階：加えた手がかりだけを合わせる）…</source>
        <translation>Learning from the photos (first stage: only the clues that were added)…</translation>
    </message>
    <message>
        <source>写真と文を見て学習しています…</source>
        <translation>Learning from photos and texts…</translation>
    </message>
    <message>
        <source>写真と文を見て学習しています（第2段階：モデルの中も合わせる）…</source>
        <translation>Learning from photos and texts (stage 2: inside the model, too)…</translation>
    </message>
    <message>
        <source>写真と文を見て学習しています（第1段階：加えた手がかりだけを合わせる）…</source>
        <translation>Learning from photos and texts (stage 1: the added clues only)…</translation>
    </message>
    <message>
        <source>いろいろなやり方を、学習用の写真の中だけで試しています…</source>
        <translation>Trying many ways on the training photos alone…</translation>
    </message>
    <message>
        <source>モデルを読み込んでいます…</source>
        <translation>Loading the model…</translation>
    </message>
    <message>
        <source>写真を 1 枚ずつ読み取っています…</source>
        <translation>Reading photos one by one…</translation>
    </message>
    <message>
        <source>学習する前の力を測っています…</source>
        <translation>Measuring the untouched model…</translation>
    </message>
    <message>
        <source>手順 {index}／{of}</source>
        <translation>Step {index} of {of}</translation>
    </message>
    <message>
        <source>その他（{name}）</source>
        <translation>other ({name})</translation>
    </message>
    <message>
        <source>内訳：{terms}</source>
        <translation>Made of: {terms}</translation>
    </message>
    <message>
        <source>、</source>
        <translation>, </translation>
    </message>
    <message>
        <source>写真と説明文の合い方</source>
        <translation>fit of photos and wording</translation>
    </message>
    <message>
        <source>専用の判定</source>
        <translation>own head</translation>
    </message>
    <message>
        <source>元の説明文からの離れ</source>
        <translation>distance from the original wording</translation>
    </message>
    <message>
        <source>元の写真の見方からの離れ</source>
        <translation>distance from the original way of seeing</translation>
    </message>
    <message>
        <source>元の判定からの離れ</source>
        <translation>distance from the original judgement</translation>
    </message>
    <message>
        <source>種類どうしの近さ</source>
        <translation>nearness of classes</translation>
    </message>
    <message>
        <source>写真と説明文の並びの違い</source>
        <translation>difference in layout of photos and wording</translation>
    </message>
    <message>
        <source>写真を見て学習しています…</source>
        <translation>Learning from the photos…</translation>
    </message>
    <message>
        <source>本番の試験をしています…</source>
        <translation>Taking the final test…</translation>
    </message>
    <message>
        <source>結果を保存しています…</source>
        <translation>Saving the result…</translation>
    </message>
    <message>
        <source>保存した結果を開き直して確かめています…</source>
        <translation>Opening the saved result again to verify it…</translation>
    </message>
    <message>
        <source>{stage}・周回 {epoch}／{epochs}</source>
        <translation>{stage}, round {epoch} of {epochs}</translation>
    </message>
    <message>
        <source>残り時間を計算しています…</source>
        <translation>Working out the time left…</translation>
    </message>
    <message>
        <source>残り 約 {seconds} 秒</source>
        <translation>about {seconds} s left</translation>
    </message>
    <message>
        <source>残り 約 {minutes} 分</source>
        <translation>about {minutes} min left</translation>
    </message>
    <message>
        <source>残り 約 {hours:.1f} 時間</source>
        <translation>about {hours:.1f} h left</translation>
    </message>
    <message>
        <source>CPU {cpu:.0f} %・メモリー {memory:.1f} GB</source>
        <translation>CPU {cpu:.0f} %, memory {memory:.1f} GB</translation>
    </message>
    <message>
        <source>CPU {cpu:.0f} %・メモリー {memory:.1f} GB・GPU メモリー {gpu:.1f} GB</source>
        <translation>CPU {cpu:.0f} %, memory {memory:.1f} GB, GPU memory {gpu:.1f} GB</translation>
    </message>
</context>
<context>
    <name>Trust</name>
    <message>
        <source>人が確認する写真と、残るまちがい</source>
        <translation>What a person checks, and the mistakes that remain</translation>
    </message>
    <message>
        <source>自信の数字は、正解の割合と合っているか</source>
        <translation>Does the confidence match the share that is right?</translation>
    </message>
    <message>
        <source>試験の写真が少ないため、これは測れません。</source>
        <translation>There are too few test photos to measure this.</translation>
    </message>
    <message>
        <source>右へ行くほど、人が確認する写真が増えます。線は、そのまま通る写真に残るまちがいの割合（%）です。試験の {photos} 枚で測りました。</source>
        <translation>Further to the right a person checks more photos. The line is the share of mistakes (%) among the photos that pass. Measured on {photos} test photos.</translation>
    </message>
    <message>
        <source>95 % の上の端</source>
        <translation>Upper end of the 95 % interval</translation>
    </message>
    <message>
        <source>残るまちがい（%）</source>
        <translation>Mistakes that remain (%)</translation>
    </message>
    <message>
        <source>人が確認 {share} %</source>
        <translation>{share} % checked by a person</translation>
    </message>
    <message>
        <source>この結果には、自信の数字を確かめた記録がありません。もう一度学習すると出ます。</source>
        <translation>This result has no record of how honest its confidence is. It appears after the next training.</translation>
    </message>
    <message>
        <source>モデルの自信（%）</source>
        <translation>Confidence of the model (%)</translation>
    </message>
    <message>
        <source>実際の正解（%）</source>
        <translation>Right in fact (%)</translation>
    </message>
    <message>
        <source>{photos} 枚</source>
        <translation>{photos} photos</translation>
    </message>
    <message>
        <source>確認用の写真 {val} 枚で、自信の数字を直しました。試験の {photos} 枚では、正解の割合とのずれは平均 {before} ポイントから {after} ポイントになりました。</source>
        <translation>The confidence was adjusted on {val} validation photos. On {photos} test photos its mean gap to the share that is right went from {before} to {after} points.</translation>
    </message>
    <message>
        <source>確認用の写真が少ないので、自信の数字は直していません。試験の {photos} 枚では、正解の割合とのずれは平均 {after} ポイントです。</source>
        <translation>There are too few validation photos to adjust the confidence. On {photos} test photos its mean gap to the share that is right is {after} points.</translation>
    </message>
    <message>
        <source> 正直な数字でも、この枚数では {chance} ポイントまでは偶然にずれます。棒の下は、その棒の写真の枚数です。</source>
        <translation> On so few photos chance alone makes a gap of up to {chance} points. Below the bars: how many photos they stand for.</translation>
    </message>
</context>
<context>
    <name>TryOutPane</name>
    <message>
        <source>モデルを開いています。はじめの 1 回は、十数秒かかります…</source>
        <translation>Opening the model. The first time takes some ten seconds…</translation>
    </message>
    <message>
        <source>答えを書いています…</source>
        <translation>Writing the answer…</translation>
    </message>
    <message>
        <source>写真を選んで、学習したモデルに聞いてみます。ここで聞いても、学習や結果は変わりません。</source>
        <translation>Pick a photo and ask the tuned model. Asking here changes neither the training nor the result.</translation>
    </message>
    <message>
        <source>試験の写真</source>
        <translation>Test photos</translation>
    </message>
    <message>
        <source>聞くこと</source>
        <translation>What to ask</translation>
    </message>
    <message>
        <source>質問を選ぶか、書いてください</source>
        <translation>Choose a question, or write one</translation>
    </message>
    <message>
        <source>質問する</source>
        <translation>Ask</translation>
    </message>
    <message>
        <source>説明を書かせる</source>
        <translation>Have it described</translation>
    </message>
    <message>
        <source>答えを待っています</source>
        <translation>Waiting for the answer</translation>
    </message>
    <message>
        <source>学習に使ったモデルが、いまこの PC にありません。「はじめる」の「モデルを見る・取り込む」から取り込むと、ここで試せます。</source>
        <translation>The model that was tuned is not on this PC now. Take it in by “See or import models” on “Start”, and you can try it here.</translation>
    </message>
    <message>
        <source>説明</source>
        <translation>description</translation>
    </message>
    <message>
        <source>{photo}：{asked}</source>
        <translation>{photo}: {asked}</translation>
    </message>
    <message>
        <source>何も書きませんでした</source>
        <translation>nothing was written</translation>
    </message>
    <message>
        <source>要確認：自信が {percent} % で、しきい値より低いので、現場では人が確かめます。</source>
        <translation>Unsure: its confidence is {percent} %, below the threshold, so a person checks it on site.</translation>
    </message>
    <message>
        <source>自信 {percent} %</source>
        <translation>Confidence {percent} %</translation>
    </message>
    <message>
        <source>{told} 長すぎるので、途中までです。</source>
        <translation>{told} It was cut off for its length.</translation>
    </message>
    <message>
        <source>このモデルは説明を学習しました。質問への答えは、学習していません。</source>
        <translation>This model learned descriptions. It did not learn to answer.</translation>
    </message>
    <message>
        <source>このモデルは質問への答えを学習しました。説明は、学習していません。</source>
        <translation>This model learned to answer questions. It did not learn descriptions.</translation>
    </message>
    <message>
        <source>学習した文と同じ言葉で書いています。</source>
        <translation>It writes in the language of the texts it learned.</translation>
    </message>
</context>
<context>
    <name>UndoTools</name>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>やり直す</source>
        <translation>Redo</translation>
    </message>
    <message numerus="yes">
        <source>%n 枚の写真の文を、やり直しました。</source>
        <translation>
            <numerusform> Done again: the texts of %n photo.</numerusform>
            <numerusform> Done again: the texts of %n photos.</numerusform>
        </translation>
    </message>
    <message numerus="yes">
        <source>%n 枚の写真の文を、元に戻しました。</source>
        <translation>
            <numerusform> Undone: the texts of %n photo.</numerusform>
            <numerusform> Undone: the texts of %n photos.</numerusform>
        </translation>
    </message>
    <message>
        <source>「{photo}」の質問と答えを、やり直しました。</source>
        <translation> Done again: the questions and answers of “{photo}”.</translation>
    </message>
    <message>
        <source>「{photo}」の質問と答えを、元に戻しました。</source>
        <translation> Undone: the questions and answers of “{photo}”.</translation>
    </message>
    <message>
        <source>「{photo}」の説明を、やり直しました。</source>
        <translation> Done again: the description of “{photo}”.</translation>
    </message>
    <message>
        <source>「{photo}」の説明を、元に戻しました。</source>
        <translation> Undone: the description of “{photo}”.</translation>
    </message>
</context>
<context>
    <name>UnsurePreview</name>
    <message>
        <source>人が確認せずに通す写真のうち、まちがいをどこまで許しますか。</source>
        <translation>Of the photos that pass without a person, how many may be wrong?</translation>
    </message>
    <message>
        <source>何枚につき 1 枚までまちがいを許すか</source>
        <translation>1 mistake allowed in so many photos</translation>
    </message>
    <message>
        <source> 枚につき 1 枚まで</source>
        <translation> photos: at most 1 wrong</translation>
    </message>
    <message>
        <source>そのまま通って、正しい</source>
        <translation>Passed and right</translation>
    </message>
    <message>
        <source>そのまま通って、まちがい</source>
        <translation>Passed and wrong</translation>
    </message>
    <message>
        <source>人が確認する</source>
        <translation>Checked by a person</translation>
    </message>
    <message>
        <source>人の確認で防げるまちがい</source>
        <translation>Mistakes caught by the check</translation>
    </message>
    <message>
        <source>{count} 枚</source>
        <translation>{count}</translation>
    </message>
    <message>
        <source>確認用の写真がないので、しきい値を決められません。現場では、すべての答えを人が確かめてください。</source>
        <translation>Without validation photos there is no threshold. On site, have a person check every answer.</translation>
    </message>
    <message>
        <source>前の版のプログラムで学習した結果なので、ここは変えられません。もう一度学習すると、選べるようになります。</source>
        <translation>An earlier version of the program made this result, so this cannot be changed. Train again to be able to choose.</translation>
    </message>
    <message>
        <source>約束できます。確認用の写真でそのまま通った {passed} 枚のうち、まちがいは {wrong} 枚でした（写真を取りかえても、95 % は {high} % 以下）。</source>
        <translation>This can be promised. Of the {passed} validation photos that passed, {wrong} were wrong (95 % interval: up to {high} %).</translation>
    </message>
    <message>
        <source>まだ約束できません。{number} 枚につき 1 枚までと約束するには、確認用の写真が、まちがいなしでも {needed} 枚要ります（いまは {photos} 枚）。しきい値は目安です。</source>
        <translation>This cannot be promised yet. To promise at most 1 in {number} takes {needed} validation photos, even without a mistake (now: {photos}). The threshold is a rough one.</translation>
    </message>
    <message>
        <source>約束できません。確認用の写真 {photos} 枚の中に、自信を持ってまちがえた写真が多すぎます。しきい値は目安です。</source>
        <translation>This cannot be promised. Too many of the {photos} validation photos were mistaken with confidence. The threshold is a rough one.</translation>
    </message>
    <message>
        <source>この割合を守れるしきい値がないので、すべての写真を人が確認します。</source>
        <translation>No threshold keeps this rate, so a person checks every photo.</translation>
    </message>
    <message>
        <source>自信が {percent} % より低い写真は、人が確認します。</source>
        <translation>Photos of which the model is less than {percent} % sure go to a person.</translation>
    </message>
    <message>
        <source>自信が {percent} % より低い写真は、人が確認します。試験の {photos} 枚では {people} 枚です（写真 100 枚あたり {low}～{high} 枚の見込み）。</source>
        <translation>Photos of which the model is less than {percent} % sure go to a person: {people} of the {photos} test photos (expect {low} to {high} in 100).</translation>
    </message>
</context>
<context>
    <name>Verdict</name>
    <message>
        <source>学習していないモデルで、習う種類の写真 {photos} 枚のうち {after} 枚を見分けました。</source>
        <translation>The untouched model told {after} of {photos} photos of the classes to learn apart.</translation>
    </message>
    <message>
        <source>習った種類を確かめる写真がないので、良くなったかどうかは言えません。</source>
        <translation>There are no photos to check the learned classes with, so nothing can be said.</translation>
    </message>
    <message>
        <source>学習の前と後の差は、95 % の確かさで {low}～{high} ポイントの間です。</source>
        <translation>The difference training made lies between {low} and {high} points (95 % interval).</translation>
    </message>
    <message>
        <source>習った種類は良くなりました。正解が {photos} 枚中 {before} 枚から {after} 枚に増えました。</source>
        <translation>The learned classes got better: right on {after} of {photos} photos, {before} before.</translation>
    </message>
    <message>
        <source>習った種類は悪くなりました。正解が {photos} 枚中 {before} 枚から {after} 枚に減りました。</source>
        <translation>The learned classes got worse: right on {after} of {photos} photos, {before} before.</translation>
    </message>
    <message>
        <source>習った種類が良くなったとは、まだ言えません。正解は {photos} 枚中 {before} 枚から {after} 枚で、偶然でも起こる差です。</source>
        <translation>It cannot be said that the learned classes got better: {before} of {photos} right before, {after} now, which can be chance.</translation>
    </message>
    <message>
        <source>取り置いた種類の写真がないので、新しい製品への強さはわかりません。</source>
        <translation>There are no photos of classes held back, so strength on new products is unknown.</translation>
    </message>
    <message>
        <source>取り置いた種類は、{photos} 枚のうち {after} 枚を見分けました。</source>
        <translation>Of the classes held back, {after} of {photos} photos were told apart.</translation>
    </message>
    <message>
        <source>取り置いた種類（習っていない製品）も良くなりました：正解 {photos} 枚中 {before} 枚 → {after} 枚（差の 95 % の幅 {low}～{high} ポイント）。</source>
        <translation>Classes held back (products not learned) got better too: {before} → {after} of {photos} right (95 % interval of the difference: {low} to {high} points).</translation>
    </message>
    <message>
        <source>取り置いた種類（習っていない製品）は悪くなりました：正解 {photos} 枚中 {before} 枚 → {after} 枚（差の 95 % の幅 {low}～{high} ポイント）。</source>
        <translation>Classes held back (products not learned) got worse: {before} → {after} of {photos} right (95 % interval of the difference: {low} to {high} points).</translation>
    </message>
    <message>
        <source>取り置いた種類（習っていない製品）は、変わったとは言えません：正解 {photos} 枚中 {before} 枚 → {after} 枚（差の 95 % の幅 {low}～{high} ポイント）。</source>
        <translation>It cannot be said that classes held back (products not learned) changed: {before} → {after} of {photos} right (95 % interval of the difference: {low} to {high} points).</translation>
    </message>
    <message>
        <source>{said} 付属の見本写真で測りました。</source>
        <translation>{said} Measured on the built-in sample photos.</translation>
    </message>
    <message>
        <source>学習すると良くなるかどうかは、ほかのやり方で学習して比べられます。</source>
        <translation>To see whether training helps, train in another way and compare.</translation>
    </message>
    <message>
        <source>このまま使わず、まちがえた写真のラベルを確かめて、もう一度学習してください。</source>
        <translation>Do not use it like this. Check the labels of the mistakes and train again.</translation>
    </message>
    <message>
        <source>写真を増やすか、別のやり方を試すと、差がはっきりします。</source>
        <translation>More photos, or another way, will make the difference clear.</translation>
    </message>
    <message>
        <source>新しい製品も見分けたい現場では、別のやり方とも比べてください。</source>
        <translation>Where new products matter, compare with another way too.</translation>
    </message>
    <message>
        <source>持ち出す前に、まちがえた写真を確かめてください。</source>
        <translation>Look at the mistakes before you take it away.</translation>
    </message>
</context>
<context>
    <name>WhatIfPart</name>
    <message>
        <source>やめる</source>
        <translation>Cancel</translation>
    </message>
    <message>
        <source>図を保存</source>
        <translation>Save the figure</translation>
    </message>
    <message>
        <source>調べています</source>
        <translation>Looking</translation>
    </message>
    <message>
        <source>図を保存：{title}</source>
        <translation>Save the figure: {title}</translation>
    </message>
    <message>
        <source>{percent} %（{low}～{high} %）</source>
        <translation>{percent} % ({low}–{high} %)</translation>
    </message>
</context>
<context>
    <name>WriterChoice</name>
    <message>
        <source>使うモデル</source>
        <translation>Model</translation>
    </message>
    <message>
        <source>付属のモデル（練習用）</source>
        <translation>The model that comes along (for practice)</translation>
    </message>
    <message>
        <source>{name}（{size} GB）</source>
        <translation>{name} ({size} GB)</translation>
    </message>
    <message>
        <source>写真の説明と、質問への答えを学べます。</source>
        <translation>It can learn to describe photos and to answer questions.</translation>
    </message>
    <message>
        <source>写真の説明を学べます。</source>
        <translation>It can learn to describe photos.</translation>
    </message>
    <message>
        <source>質問への答えを学べます。</source>
        <translation>It can learn to answer questions.</translation>
    </message>
    <message>
        <source>日本語と英語を読み書きします。</source>
        <translation>It reads and writes Japanese and English.</translation>
    </message>
    <message>
        <source>英語だけを読み書きします。</source>
        <translation>It reads and writes English only.</translation>
    </message>
    <message>
        <source>日本語だけを読み書きします。</source>
        <translation>It reads and writes Japanese only.</translation>
    </message>
    <message>
        <source>{able} {read}</source>
        <translation>{able} {read}</translation>
    </message>
    <message>
        <source>日本語の質問は、決まった質問（ラベルのページの一覧にあるもの）だけを英語に直して聞き、答えを日本語に直して見せます。それ以外の質問は、日本語のままでは答えられません。</source>
        <translation>Of questions in Japanese, only fixed ones (those listed on the label page) are put into English for it, and its answers into Japanese. It cannot answer other questions in Japanese.</translation>
    </message>
    <message>
        <source>学習の前は、説明を英語で書きます。日本語で読みたいときは、日本語の分かるモデルを選んでください。</source>
        <translation>Before training it describes in English. To read Japanese, choose a model that knows Japanese.</translation>
    </message>
    <message>
        <source>このモデルは質問に答えたことがありません。質問と回答で学習するまで、答えに意味はありません。</source>
        <translation>This model has never answered a question. Until it is trained on questions and answers, what it answers means nothing.</translation>
    </message>
    <message>
        <source>書かれている文は、このモデルが知らない言葉です。学習しても、うまく書けないことがあります。</source>
        <translation>Your texts are in a language that this model does not know. It may not write it well even after training.</translation>
    </message>
    <message>
        <source>付属のモデルは、使い方を覚えるためのものです。部品の絵だけで学んだので、本物の写真ではよくまちがえます。本番には、大きなモデルを追加してから使ってください。</source>
        <translation>The model that comes along is for learning how the program works. It has only seen drawn parts and is often wrong about real photos. Add a larger model before using it for work.</translation>
    </message>
</context>
<context>
    <name>WrittenPhotoView</name>
    <message>
        <source>質問</source>
        <translation>Question</translation>
    </message>
    <message>
        <source>人が書いたもの</source>
        <translation>What people wrote</translation>
    </message>
    <message>
        <source>学習の前</source>
        <translation>Before training</translation>
    </message>
    <message>
        <source>学習の後</source>
        <translation>After training</translation>
    </message>
    <message>
        <source>人の文を直す</source>
        <translation>Mend what people wrote</translation>
    </message>
    <message>
        <source>この写真の説明（1 行に 1 つ）</source>
        <translation>Descriptions of this photo (one a line)</translation>
    </message>
    <message>
        <source>この質問の答え</source>
        <translation>The answer to this question</translation>
    </message>
    <message>
        <source>何人かの答えは「{mark}」で区切ります。</source>
        <translation>Answers of several people are divided by “{mark}”.</translation>
    </message>
    <message>
        <source>大きく見る</source>
        <translation>Look closer</translation>
    </message>
    <message>
        <source>文を直す</source>
        <translation>Mend the text</translation>
    </message>
    <message>
        <source>元に戻す</source>
        <translation>Undo</translation>
    </message>
    <message>
        <source>写真を選ぶと、ここに大きく表示されます。</source>
        <translation>Choose a photo to see it large.</translation>
    </message>
    <message>
        <source>答えは正しいです。</source>
        <translation>The answer is right.</translation>
    </message>
    <message>
        <source>答えがまちがっています。</source>
        <translation>The answer is wrong.</translation>
    </message>
    <message>
        <source>近さは 10 点中 {score} 点（学習の前は {before}）</source>
        <translation>Closeness: {score} of 10 (before training {before})</translation>
    </message>
    <message>
        <source>{text}（自信 {percent} %）</source>
        <translation>{text} (confidence {percent} %)</translation>
    </message>
    <message>
        <source>{text}…（長すぎるので途中まで、自信 {percent} %）</source>
        <translation>{text}… (cut off for its length, confidence {percent} %)</translation>
    </message>
    <message>
        <source>何も書きませんでした</source>
        <translation>nothing was written</translation>
    </message>
    <message>
        <source>ほかに、書きかけで「文を直す」を押していないものが {count} 件あります。</source>
        <translation>Typed elsewhere and not applied yet (“Mend the text”): {count}.</translation>
    </message>
    <message>
        <source>{count} 件の文を直しました。もう一度学習すると、結果に入ります。</source>
        <translation>{count} texts were mended. They count once you train again.</translation>
    </message>
    <message>
        <source>この写真はプロジェクトの写真ではないので、文は直せません。</source>
        <translation>This is no photo of the project, so its text cannot be mended.</translation>
    </message>
    <message>
        <source>人の文のほうがまちがっていたら、ここで直せます。直した文は、次の学習から使われます。</source>
        <translation>Where the person&apos;s text is wrong, mend it here. It counts from the next training on.</translation>
    </message>
</context>
<context>
    <name>WrittenPhotosModel</name>
    <message>
        <source>／</source>
        <translation> / </translation>
    </message>
    <message>
        <source>{question}
人：{written}
モデル：{said}
自信：{percent} %</source>
        <translation>{question}
Person: {written}
Model: {said}
Confidence: {percent} %</translation>
    </message>
    <message>
        <source>人：{written}
モデル：{said}
近さ：{score}（学習の前は {before}）</source>
        <translation>Person: {written}
Model: {said}
Closeness: {score} (before training {before})</translation>
    </message>
</context>
<context>
    <name>WrongPart</name>
    <message>
        <source>ラベルがまちがっていたら</source>
        <translation>With wrong labels</translation>
    </message>
    <message>
        <source>調べる：ラベルのまちがい</source>
        <translation>Find out: wrong labels</translation>
    </message>
    <message>
        <source>学習用の写真のうち 10、20、40 % のラベルをわざとまちがえて学習し、どこまで持ちこたえるかを調べます。プロジェクトのラベルは変わりません。学習の何回分かの時間がかかります。</source>
        <translation>Trains with 10, 20 and 40 % of the training photos under a wrong label on purpose, to see how much it bears. The labels of the project stay as they are. It takes as long as several trainings.</translation>
    </message>
    <message>
        <source>ラベルをわざとまちがえて、学習をやり直しています。</source>
        <translation>The training is being done again with wrong labels.</translation>
    </message>
    <message>
        <source>{percent} % まちがい</source>
        <translation>{percent} % wrong</translation>
    </message>
    <message>
        <source>ラベルの 40 % がまちがっていても、はっきりした低下は見つかりませんでした。</source>
        <translation>No clear fall was found even with 40 % of the labels wrong.</translation>
    </message>
    <message>
        <source>ラベルの {percent} % がまちがうと、正解は {then} から {now} に下がります。学習の前に、ラベルを見直す値打ちがあります。</source>
        <translation>With {percent} % of the labels wrong, right answers fall from {then} to {now}. It is worth looking over the labels before training.</translation>
    </message>
</context>
<context>
    <name>_AgainPart</name>
    <message>
        <source>習った種類</source>
        <translation>Learned classes</translation>
    </message>
    <message>
        <source>取り置いた種類</source>
        <translation>Classes held back</translation>
    </message>
    <message>
        <source>習った種類の試験用の写真がないため、これは測れません。</source>
        <translation>There are no test photos of the learned classes to measure this on.</translation>
    </message>
</context>
<context>
    <name>_CheckRow</name>
    <message>
        <source>よい</source>
        <translation>good</translation>
    </message>
    <message>
        <source>注意</source>
        <translation>note</translation>
    </message>
    <message>
        <source>止まる</source>
        <translation>stops</translation>
    </message>
    <message>
        <source>写真の一覧へ</source>
        <translation>To the photos</translation>
    </message>
    <message>
        <source>文を直す</source>
        <translation>Mend the text</translation>
    </message>
    <message>
        <source>ラベルを直す</source>
        <translation>Correct the label</translation>
    </message>
    <message>
        <source>フォルダーを開く</source>
        <translation>Open folder</translation>
    </message>
    <message>
        <source>やり方を選び直す</source>
        <translation>Choose another way</translation>
    </message>
</context>
</TS>
