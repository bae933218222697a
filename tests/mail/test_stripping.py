"""What programs, lists and providers put around a guest's words, class by class; each with words that look alike and are the guest's."""

from __future__ import annotations

import pytest

from channels_app.transports.mail import html, reading, stripping
from tests.mail.test_reading import body, folded

QUOTE = "> Hola Ana:\n>\n> Tenemos lugar del 3 al 5.\n> ¿Te la reservamos?\n"


def own(text):
    return folded(stripping.own_words(text))


BANNERS = [
    "You don't often get email from ana@guest.example. Learn why this is important",
    "[You don't often get email from ana@guest.example. Learn why this is important at https://aka.ms/x ]",
    "No suele recibir correos electrónicos de ana@guest.example. Descubra por qué esto es importante",
    "Você não costuma receber emails de ana@guest.example. Saiba por que isso é importante", "[EXTERNAL EMAIL] Do not click links.",
    "*** EXTERNAL SENDER ***", "[EXTERNO]", "E-mail externo. Tenha cuidado com links.", "Mensaje externo: tenga cuidado con enlaces y adjuntos.",
    "PRECAUCIÓN: Este correo se originó fuera de la organización. No haga clic en enlaces.",
    "CAUTION: This email originated from outside your organization. Do not click links or open attachments.",
]  # fmt: skip


@pytest.mark.parametrize("banner", BANNERS)
def test_what_stands_above_a_stranger_s_mail_is_not_theirs(banner):
    assert own(f"{banner}\n\nHola, somos dos.") == "Hola, somos dos."


@pytest.mark.parametrize(
    "words",
    [
        "Atención: llego fuera de horario, a las 3.", "Externo 23 es mi interno.", "Hola, el correo externo que usaba ya no anda.",
        "Cuidado con el perro: es grande.",
    ],
)  # fmt: skip
def test_what_only_sounds_like_a_banner_stays(words):
    assert own(words) == words


POSTSCRIPTS = ["PD: somos tres.", "P.D. somos tres.", "PD somos tres.", "PS - somos tres.", "Posdata: somos tres.", "Post data: somos tres.",
               "Obs.: somos tres.", "P. D.: somos tres.", "P.S.: somos tres."]  # fmt: skip


@pytest.mark.parametrize("told", POSTSCRIPTS)
def test_a_postscript_below_a_signature_stays(told):
    mail = (
        f"Ok gracias.\n\n-- \nEnrique Soto\nAgrimensor\n\n{told}\n\nEl mié, 3 dic 2025 a las 10:22, H (<r@h.example>)\nescribió:\n\n{QUOTE}"
    )
    assert own(mail) == f"Ok gracias. {told}"


ABOVE_QUOTES = [
    "----- Mensaje reenviado de Posada <r@h.example> -----", "----- Forwarded message from Posada <r@h.example> -----",
    "Posada wrote on 03/12/2025 10:22:", "Am 03.12.25 um 10:22 schrieb Posada:", "El 03/12/2025 a las 10:22, Posada escribió:",
    "Em 03/12/2025 10:22, Posada escreveu:", "---- El mié, 03 dic 2025 10:22:00 -0300 Posada <r@h.example> escribió ----",
    "De: Posada\nEnviado: miércoles, 3 de diciembre de 2025 10:22\nPara: Ana\nAsunto: Re: x",
]  # fmt: skip


@pytest.mark.parametrize("above", ABOVE_QUOTES)
def test_what_stands_above_a_quote_goes_with_it(above):
    assert own(f"Perfecto, la tomo.\n\n{above}\n\n{QUOTE}") == "Perfecto, la tomo."


@pytest.mark.parametrize(
    "words",
    [
        "Hello,\nOn 3 December 2025 your colleague wrote:\nno problem with the dog.\nIs that so?",
        "El 3/12/2025 su colega me escribió lo siguiente:\nque sí había cochera.",
        "Para el micro los datos son:\n\nDe: terminal, plataforma 14\nA: el hotel\nFecha: jueves 14 de mayo, 21:15",
        "Viajo así:\nDe: Paraná\nPara: Colón\nFecha: 12/12 10:30\nAsunto: visita a mis padres",
        "Somos cuatro:\n> dos adultos\n> un chico\n> un perro",
        "Buenas:\n\n-- viernes: 6 personas\n-- sábado: 11 personas\n\n---\n\nY para la comida del sábado:\n* 8 menús\n\n¿Precio total?",
        "Pido el reembolso.\n\n--\n\nApesar de tudo, a Dona Cida é um amor. Mandem um abraço.\n\nAparecida Moura",
        "Gracias por todo. ¿A qué hora cierra el portón?\nSi nos atrasamos llamo; mi número es el\n+351 930 000 111",
        "Muchas gracias\n0343 15 555 1234", "Avísenme.\n\nSaludos\nMi celular: 11 5555-1234",
        "Para no recibir sorpresas: ¿cuánto es en total?",
    ],
)  # fmt: skip
def test_what_only_looks_like_somebody_else_s_stays(words):
    assert own(words) == folded(words)


def test_answers_between_quotes_stay_without_an_announcement():
    assert own("> ¿A qué hora llegan?\n> Avisen.\nA las 9.\n> ¿Cuántos son?\nTres.") == "A las 9. Tres."


SIGNATURES = [
    "Osvaldo Perotti\nAdministración y Finanzas\nSeguros del Sur Coop. Ltda.\nTel. 0291 455-0177 / Fax 455-0178",
    "Gerald Pfeiffer\nRheinwerk GmbH\nTel.: +49 221 5550 112\nSitz der Gesellschaft: Köln - HRB 00000",
    "Marlene Feijó\nAnalista - Mat. 00000\nSecretaria de Gestão\n(51) 5550-0135",
    "Disclaimer\n\nThe information contained in this mail is confidential and intended solely for the recipient.",
]  # fmt: skip


@pytest.mark.parametrize("signature", SIGNATURES)
def test_a_signature_without_a_mark_goes(signature):
    assert own(f"Reservar del 4 al 6.\n\nSaludos\nAna\n\n{signature}") == "Reservar del 4 al 6. Saludos Ana"


FOOTERS = [
    "Enviado desde mi teléfono Movilar.\nPara no recibir más publicidad de Movilar envíe BAJA al 2345", "Sent via BlackBerry from T-Mobile",
    "This message was sent from a CellMail phone. To stop receiving CellMail offers reply STOP", "Von meinem iPhone gesendet",
    "Mensagem enviada pelo Móvel+. Para deixar de receber ofertas envie SAIR para 4040.", "Envoyé de mon iPhone", "Inviato da iPhone",
]  # fmt: skip


@pytest.mark.parametrize("footer", FOOTERS)
def test_what_an_operator_adds_goes(footer):
    assert own(f"Llego a las 8.\n\n{footer}") == "Llego a las 8."


def test_a_signed_mail_is_read_without_its_armour():
    signed = "-----BEGIN PGP SIGNED MESSAGE-----\nHash: SHA256\n\nLlego el 3.\n- -- dos camas\n-----BEGIN PGP SIGNATURE-----\n\niQEz\n"
    assert own(f"{signed}-----END PGP SIGNATURE-----") == "Llego el 3. -- dos camas"


OUTLOOK = (
    "<p>Respondo en azul.</p><div style='border:none;border-top:solid #E1E1E1 1.0pt'><b>De:</b> Hotel</div><p style='color:black'>¿Hora?</p>"
    "<p><span style='color:#0070C0'>A las 9.</span></p><p><span style='color:#1F497D'>Reservas</span></p><p><span style='color:#555555'>Hotel</span></p>"
)  # fmt: skip


def test_answers_in_a_colour_are_found_where_they_are_said_to_be():
    assert folded(stripping.own_words(html.to_lines(OUTLOOK))) == "Respondo en azul. A las 9."
    assert folded(stripping.own_words(html.to_lines(OUTLOOK.replace("en azul", "mañana")))) == "Respondo mañana."


def alternative(plain, markup):
    parts = "".join(
        f"--b\r\nContent-Type: text/{kind}; charset=utf-8\r\n\r\n{text}\r\n" for kind, text in (("plain", plain), ("html", markup))
    )
    return f"From: a@b.example\r\nMIME-Version: 1.0\r\nContent-Type: multipart/alternative; boundary=b\r\n\r\n{parts}--b--\r\n".encode()


@pytest.mark.parametrize(
    "note", ["Your email client does not support HTML messages.", "Este mensaje está en formato HTML.", "Seu leitor não suporta HTML"]
)
def test_a_plain_part_that_says_nothing_is_no_mail(note):
    assert folded(reading.read(alternative(note, "<p>Quiero dos noches.</p>")).words) == "Quiero dos noches."


def test_stars_of_a_program_go_and_those_of_a_person_stay():
    markup = "<p>una <b>doble</b> con *vista*</p>"
    assert folded(reading.read(alternative("una *doble* con *vista*", markup)).words) == "una doble con *vista*"


@pytest.mark.parametrize(
    ("raw", "words"),
    [
        (body(b"text/plain; charset=utf-8", b"wr9IYXk/\r\n____________________\r\nlista mailing list\r\n", "base64"), "¿Hay?"),
        (body(b"text/plain; charset=utf-8", b"Hola, =  \r\nsomos dos.", "quoted-printable"), "Hola, somos dos."),
        (body(b"text/plain; charset=utf-8", "\ufeffHola".encode()), "Hola"),
        (body(b"text/plain; charset=utf-8", "¿Hay niños?".encode().decode("cp1252").encode()), "¿Hay niños?"),
        (body(b"text/plain; charset=utf-8", "Ã, À la carte".encode()), "Ã, À la carte"),
        (body(b"text/enriched; charset=utf-8", b"<bold>Hola</bold>, <color><param>red</param>dos</color>"), "Hola, dos"),
    ],
)  # fmt: skip
def test_what_a_transfer_broke_is_mended(raw, words):
    assert folded(reading.read(raw).words) == words
