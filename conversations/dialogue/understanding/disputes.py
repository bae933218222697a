"""Money that was taken, kept or counted wrongly: a matter for a person, however politely it is said.

Patterns over folded text (lower case, no accents). Each asks for two things at once, the money of the past and what is
wrong with it, because either alone is an ordinary question ("do you charge for parking?", "a different room").
"""

from __future__ import annotations

from conversations.dialogue.patterns import compiled

_BILL = (
    r"(?:bill|invoice|receipt|tab|statement|(?:final )?account|factura|cuenta|ticket|resumen|extracto|recibo|nota(?: fiscal)?|conta|comanda"
    r"|fatura|extrato)"
)
_CARD = r"(?:card|visa|mastercard|amex|tarjeta|cartao|maquininha|machine|posnet)"
_ON = r"(?:on|in|en|na|no|al?|ao) (?:the |my |our |mi |la |el |nuestra |minha |meu |nossa |a )?"
_TAKEN = (
    r"(?:(?:was|were|been|got|you|they|have|had|hotel|reception)(?: \w+)? (?:charged|billed|debited|invoiced)|(?:over|double |wrongly )charged|overpaid"
    r"|(?:was|were|been|you|they|machine) (?:taken|took)|being (?:charged|billed)|cobraron|cobraste|(?:me|nos|estan|estao|vienen) cobrando|debitaron|sacaron|facturaron"
    r"|cobraram|debitaram|tiraram|faturaram|(?:foi|fui|fomos) cobrad\w+|me cobrou)"
)
_SUM = (
    r"(?:amount|total|figure|sum|importe|monto|total|valor|montante|cobro|cargo|charge|debit|debitado|debito|cobranca|payment|pagamento|rate|tarifa"
    r"|dolar|cotizacion|cotacao|exchange rate|conversion|conversao)"
)
_REFUND = r"(?:refund(?:s|ed|ing)?|reimburse\w*|money back|my money|our money|devolucion|reintegro|reembolso|estorno|mi plata|meu dinheiro|nosso dinheiro)"
_NOT_YET = (
    r"(?:still|yet|(?:hasn'?t|haven'?t|has not|have not|never) (?:\w+ )?(?:been|come|came|arrived|received|seen|got|shown)|waiting|outstanding|todavia|aun no"
    r"|no (?:llego(?! con)|aparecio|entro|cayo|la veo|lo veo)|pasaron \w+ (?:dias|semanas)|sigo esperando|ainda|ate (?:agora|hoje)"
    r"|nao (?:caiu|chegou|entrou|apareceu|recebi|voltou)|continuo esperando|faz \w+ (?:dias|semanas))"
)
_KEPT = r"(?:deposit|advance|hold(?! on)|block|sena|(?<!se )adelanto|garantia|preautorizacion|retencion|sinal|caucao|adiantamento|pre-?autorizacao|bloqueio|pix)"
_NOT = r"(?:not|\w+n't|(?:do|did|does|was|is|has|have|could|ca)nt|never|no|nunca|sin|nao|nem|sem|still|waiting|missing|todavia|ainda)"
_GIVEN_BACK = (
    r"(?:released?|returned|come back|came back|deducted|taken off|subtracted|liber\w+|devol\w+|devuelv\w+|descont\w+|abat\w+|restad\w+|restaron"
    r"|volvio|voltou|voltar|aparece\w*|figura\w*|llego|chegou|caiu)"
)
_NOT_OURS = (
    r"(?:(?:never|not|didn'?t|don'?t|no|nunca|nem|nao) (?:\w+ )?(?:had|used?|touch\w*|open\w*|drank|drink|eat|ate|consum\w+|tom[eo]|tomamos|abri\w*|us[eo]|usamos|usei"
    r"|toc\w+|pedi\w*|ordered?|mexemos|mexi|autoric\w+|authori[sz]\w+|autoriz\w+|recogni[sz]\w+|reconozco|reconhec\w+|comimos|bebimos|bebemos|comemos)"
    r"|(?:wasn'?t|isn'?t|aren'?t|is not|not|no (?:es|son|era)|nao (?:e|sao|era)) (?:\w+ )?(?:ours|mine|nuestr\w+|mi[oa]s?|noss\w+|minhas?|meus?)"
    r"|(?:wasn'?t|never|not|no|nem|nunca|nao) (?:\w+ )?(?:there|estuve|estuvimos|estava|estavamos)"
    r"|someone else'?s|otra (?:pieza|habitacion)|outro quarto|another room)"
)
_WRONGLY = (
    r"(?:wrong\w*|by (?:mistake|accident)|incorrect\w*|twice|two times|again|second time|too much|more than (?:agreed|quoted|promised|what|we|i)"
    r"|mal|de mas|dos veces|doble|otra vez|de nuevo|por error|mas de lo|equivocad\w+"
    r"|errad[oa]s?|por engano|indevid\w+|em duplicidade|duas vezes|a mais|outra vez|de novo)"
)
_MISTAKE = r"(?:mistake|error|equivocacion|confusion|engano|equivoco|erro)"
_DIFFERS = (
    r"(?:differs?|(?:is|was|are|were|came out|comes out|came|looks) (?:\w+ )?(?:different|higher|off)|isn'?t|wasn'?t|is not|was not|doesn'?t|does not|didn'?t|exceeds"
    r"|no (?:es|era|fue|coincide\w*|cierra\w*|da)|(?:es|fue|era|salio|vino|sale) (?:distint\w+|diferente|mayor)"
    r"|nao (?:confere|bate|e|era|foi|corresponde)|(?:e|foi|veio|saiu|era) (?:diferente|maior))"
)
_AGREED = (
    r"(?:agreed|quoted|confirmed|confirmation|told|given|promised|signed|website|e-?mail|mail|acordad\w+|pactad\w+|pasado|pasaron|dijeron|confirmacion"
    r"|confirmado|prometi\w+|firme|pagina|del dia|that day'?s|combinad\w+|combinamos|passaram|confirmacao|disseram|falaram|site|prometeram|do dia)"
)
_SAID = r"(?:said|told|quoted|agreed|decia|dijeron|pasaron|acordamos|quedamos|dizia|disseram|falaram|passaram|combinamos)"
_SEVERAL = (
    r"(?:two|three|2|3|dos|tres|duas|dois|double) (?:\w+ )?(?:charges|payments|debits|transactions|lines|entries|cargos|cobros|consumos|debitos|lineas"
    r"|cobrancas|compras|lancamentos|pagamentos)"
)
_SAME = rf"(?:same (?:day|night|stay|amount)|mism[ao]|mesm[ao]|{_CARD}|{_BILL})"
_WHAT_IS = r"(?:what(?:'s| is| was| does)|explain|que (?:es|son|fue)|a que (?:corresponde\w*|se debe\w*|se refere\w*)|explic\w+|o que (?:e|foi|sao)|do que se trata)"
_ITEM = r"(?:charge|fee|item|entry|extra|surcharge|cargo|recargo|concepto|gasto|cobro|debito|taxa|cobranca|acrescimo|lancamento|valor|importe|\d[\d.,]*)"
_NUMBER = r"(?:one|two|three|four|five|six|seven|un[ao]?|dos|tres|cuatro|cinco|seis|siete|duas|dois|quatro|sete|\d{1,2})"
_NIGHTS = r"(?:nights?|noches?|noites?|diarias?)"
_PAID = r"(?:paid|pague|pagamos|pagado|paguei|settled|abonad\w+|abone|quitad\w+|pre-?paid|pre-?pag\w+|pago)"
_OVER = r"(?:pay again|charged again|(?:pagar|cobrar|pasar|passar|cobraron|cobraram|pasaron|passaram) (?:el |la |o )?(?:tarjeta |cartao )?(?:outra vez|de novo|otra vez|de nuevo)|ran \w+ card again|volv\w+ a (?:pasar|cobrar))"
_YET = r"(?:although|even though|but|though|pero|aunque|mas|sendo que|so que|igual|anyway|mesmo assim|still|siendo que)"
# What is missing is a paper, or the booking: told without a person.
_PAPERS = r"(?:confirm\w+|reserv\w+|book\w+|ref\w*|number|numero|invoice|factura|nota|receipt|recibo|comprobante|comprovante)"
_NAMED = r"(?:name|nombre|nome|company|empresa|cuit|cpf|cnpj)"
_FREE = r"(?:free|complimentary|no (?:extra )?(?:cost|charge)|included|sin (?:cargo|costo)|de cortesia|cortesia|gratis|incluid[oa]s?|gratuit[oa]|sem custo|inclus[oa])"
_REDUCTION = r"(?:promo\w*|discount|voucher|coupon|code|descuento|cupon|tarifa|desconto|cupom|rate)"
_NOT_APPLIED = r"(?:can'?t see|cannot see|don'?t see|no (?:la|lo|me la|me lo) (?:veo|aplic\w+|hicieron|respetaron)|nao vejo|(?:not|wasn'?t|nao foi|no fue|never) (?:been )?(?:applied|honou?red|aplicad\w+|respetad\w+|respeitad\w+))"
_CLAIM = (
    r"(?:(?:you|they|reception|hotel) (?:are |now |have )?(?:say\w*|claim\w*|tell\w*|insist\w*)|(?:you|they)'re (?:now )?(?:saying|claiming|telling)|dicen|me dice|dizem|diz|estao dizendo|estan diciendo"
    r"|alegan|alegam|figura|aparece|consta)"
)
_HANDED = rf"(?:{_PAID}|transferi\w*|transferred|sent|handed|gave|deposite|(?:fiz|mandei|fizemos) o pix|di|deje|dei)"
_UNPAID = r"(?:not?|n't|never|nunca|nao|owe|due|deb[oe]\w*|dev[oe]|full|falta\w*|pendiente\w*|pendente\w*|unpaid|again|otra vez|de novo)"
_GET_BACK = r"(?:get back|recover|recuperar|reaver|reintegr\w+|devuelv\w+|devolv\w+|reimburs\w+|refund\w*|ressarci\w+|reembols\w+)"
_LOOK_INTO = r"(?:verify|check(?!-)|review|look into|verificar|revisar|revisen|rever|conferir|checar)"

_DISPUTE = compiled(
    r"|".join(
        (
            rf"\b(?:{_TAKEN}|paid|pague|pagamos|paguei)\b.{{0,60}}\b(?:{_WRONGLY}|{_NOT_OURS})\b",
            rf"\b{_WRONGLY}\b.{{0,40}}\b{_TAKEN}\b",
            rf"\b{_TAKEN}\b.{{0,50}}\b{_YET}\b(?!.{{0,30}}\b{_PAPERS})|\b(?:even so|still|igual|mesmo assim|anyway)\b.{{0,15}}\b{_TAKEN}\b",
            rf"\b{_REFUND}\b.{{0,60}}\b{_NOT_YET}\b|\b{_NOT_YET}\b.{{0,40}}\b{_REFUND}\b",
            rf"\b{_KEPT}\b.{{0,60}}\b{_NOT}\b.{{0,25}}\b{_GIVEN_BACK}\b",
            rf"\b{_NOT}\b.{{0,25}}\b(?:released|returned|deducted|liberaron|devolvieron|descontaron|liberaram|devolveram|descontaram|abateram)\b.{{0,40}}\b{_KEPT}\b",
            rf"\b{_BILL}\b(?!.{{0,40}}\b{_NAMED}\b).{{0,60}}\b{_NOT_OURS}\b|\b{_NOT_OURS}\b.{{0,50}}\b{_ON}{_BILL}\b",
            r"\b(?:charge|debit|transaction|cargo|cobro|debito|consumo|cobranca|transacao|transaccion)\b.{0,60}\b" + _NOT_OURS + r"\b",
            rf"\b{_SUM}\b.{{0,50}}\b{_DIFFERS}\b.{{0,50}}\b{_AGREED}\b",
            rf"\b{_SAID}\b.{{0,30}}\d.{{0,60}}\b(?:{_TAKEN}|took|pasaron|passaram|left my account|saiu|salio|aparece)\b.{{0,30}}\d",
            rf"\b{_NUMBER} {_NIGHTS}\b.{{0,40}}\b(?:billed|charged|invoiced|factur\w+|cobr\w+|vieram|vinieron|figuran|aparecen)\b.{{0,15}}\b{_NUMBER}\b",
            rf"\b{_SEVERAL}\b.{{0,60}}\b{_SAME}\b|\b(?:{_CARD}|{_BILL})\b.{{0,60}}\b{_SEVERAL}\b",
            rf"\b(?:ran|run|swiped|charged|took|pasaron|passaram|passou|paso|went)\b.{{0,25}}\b{_CARD}\b.{{0,30}}\b(?:again|twice|two times|de nuevo|otra vez|dos veces|de novo|outra vez|duas vezes)\b",
            rf"\b{_PAID}\b.{{0,80}}\b{_OVER}\b",
            rf"\b{_MISTAKE}\b.{{0,30}}\b(?:with|in|on|con|en|no|na|com|de|del)\b.{{0,15}}\b(?:{_SUM}|bill|final account|cuenta|conta|we paid|i paid|pagamos|paguei|pague)\b",
            rf"\b{_WHAT_IS}\b.{{0,40}}\b{_ITEM}\b.{{0,40}}\b{_ON}(?:{_BILL}|{_CARD})\b",
            rf"\b{_WHAT_IS}\b.{{0,20}}\b(?:this|that|este|ese|esse|essa|esta|esa)\b.{{0,10}}\b(?:charge|fee|surcharge|cargo|recargo|debito|taxa|cobranca|acrescimo)\b",
            rf"\b{_FREE}\b.{{0,40}}\b(?:now|then|ahora|despues|agora|depois|yet)\b.{{0,30}}\b{_ON}{_BILL}\b",
            rf"\b{_REDUCTION}\b.{{0,50}}\b{_NOT_APPLIED}\b",
            rf"\b(?:charged?|billed|cobr\w+)\b.{{0,40}}\bno-? ?show\b.{{0,30}}\b{_YET}\b",
            rf"\b{_GET_BACK}\b.{{0,25}}\b(?:i|we|que|yo|a gente) (?:had )?(?:paid|pague|pagamos|paguei|puse|pusimos)\b",
            rf"\b{_LOOK_INTO}\b.{{0,25}}\b(?:debit|debito|charge|cobro|cobranca|final account|cuenta final|conta final)\b",
            rf"\b{_HANDED}\b.{{0,60}}\b{_CLAIM}\b.{{0,40}}\b{_UNPAID}\b",
            rf"\b{_CLAIM}\b.{{0,40}}\b{_UNPAID}\b.{{0,60}}\b{_HANDED}\b",
            r"\bwhere(?:'?s| is| are) (?:my|our) (?:money|refund|deposit)|\bdonde esta (?:mi plata|la plata|mi dinero|mi reintegro|la devolucion|mi sena)|\b(?:cade|onde esta) (?:o )?(?:meu|nosso) (?:dinheiro|estorno|sinal|reembolso)",
        )
    )
)
# Said in so many words, whatever else the sentence is.
_PLAINLY = compiled(
    r"\b(?:charg\w+|took|taken|take|billed|debited|cobr\w+|debit\w+|descont\w+|sacaron|passaram|tiraram|pag(?!o\b)\w+)\b.{0,50}"
    r"\b(?:twice|two times|double|dos veces|doble vez|duas vezes|2 (?:times|veces|vezes)|duplicad\w+|de mas|a mais|too much)\b"
    r"|\b(?:want|quiero|quero|exijo|exige|demand)\b.{0,20}"
    r"\b(?:my money|mi plata|mi dinero|meu dinheiro|refund|reembolso|reintegro)\b(?! (?:policy|rule))"
    r"|\b(?:bill|invoice|receipt|statement|factura|cuenta|recibo|resumen|nota|conta|fatura|boleto)\b.{0,40}\d.{0,40}"
    r"\b(?:agreed|quoted|told|promised|arreglad\w+|acordad\w+|habiamos|dijeron|prometi\w+|combinad\w+|combinamos|disseram|falaram)\b"
    r"|\b(?:agreed|quoted|promised|arreglamos|acordamos|dijeron|prometieron|combinamos|disseram)\b.{0,40}\d.{0,50}"
    r"\b(?:charged|took|billed|says|appears|cobraron|cobran|sacaron|figura|aparece|dice|cobraram|cobrando|veio|saiu|consta)\b"
    r"|\b(?:double|duplicate|cobro|cobranca) (?:charge|duplicad\w+|repetid\w+|indevid\w+)\b"
)
# Who refuses to pay, and says why, argues about what was done, whatever the grammar.
_REFUSES = compiled(
    r"\b(?:(?:no|nao|not|won'?t|wont|never) (?:(?:voy|vamos|pienso|pensamos|vou|pretendo|going|will|be|to|a|i) ){0,3}(?:pagar|pay|paying|abonar)|me niego a pagar|nos negamos a pagar"
    r"|me recuso a pagar|refus\w+ to pay|(?:no estoy|no estamos) de acuerdo|nao (?:concordo|concordamos|aceito)|(?:don'?t|do not|cannot) (?:agree|accept))\b"
    r".{0,60}\b(?:if|when|because|since|as|for (?:something|a|the)|si|se|porque|pues|ya que|por (?:algo|una|uma|um|un|la|el|o|a|lo)|con (?:el|la|este|esta|ese)|com (?:o|a|essa|esse|isso)|pois|with (?:the|this|that)"
    r"|charge|fee|cobro|cargo|cobranca|taxa)\b"
)
# What would happen is asked, not what did.
_SUPPOSED = compiled(r"\b(?:if|si|caso|em caso|in case|would|se (?:eu|a gente|nao|o|a|nos|um|for|\w+r|\w+rmos|\w+rem)|desistindo)\b")


def is_one(folded: str) -> bool:
    """Does the writer say that money was taken, kept or counted wrongly?"""
    if _REFUSES.search(folded) or _PLAINLY.search(folded):
        return True
    return any(_DISPUTE.search(sentence) and not _SUPPOSED.search(sentence) for sentence in _SENTENCES.split(folded))


_SENTENCES = compiled(r"[?!\n]+|\.(?!\d)")
