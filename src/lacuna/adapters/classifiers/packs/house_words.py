"""Words by which a text speaks of the speaker's own house: "our", "we", "unsere", "当社".

Alternatives of plain words, more than a hundred: such lists are found by one automaton, however often a text repeats
them (`word_scanner`). `\\w*` at an end stands for any ending.
"""

from typing import Final

OWN_HOUSE: Final = "|".join(
    """
    we,we're,we've,we'll,us,our,ours,ourselves,my team,the team,my company,my employer,my department,in-house,attached
    this deck,this memo,this document,this draft,wir,uns,unser,unsere,unserem,unseren,unserer,unseres,anbei,nous,notre
    nos,ci-joint,chez nous,en interne,nosotros,nosotras,nuestro,nuestra,nuestros,nuestras,adjunto,noi,nostro,nostra
    nostri,nostre,in allegato,nosso,nossa,nossos,nossas,em anexo,wij,onze,bijgevoegd,nasz,nasza,nasze,naszego,naszej
    naszym,naszych,w zalaczniku,nasi,naseho,nasich,vores,vort,meidan,meille,meilla,bizim,sirketimiz,cegunk,noastra
    noastre,μας,εμεις,мы,нас,нам,наш,наша,наше,наши,нашего,нашей,нашем,нашу,наших,нашим,нашими,во вложении,наші,нашої
    нашого,нашата,нашия,当社,弊社,社内,わが社,我们,我司,本公司,公司内部,우리,당사,저희,사내,لدينا,شركتنا,فريقنا,نحن,שלנו
    אנחנו,हमारा,हमारी,हमारे,ของเรา,chung toi,cong ty chung toi,kami,perusahaan kami
    """.replace(",", "\n")
    .strip()
    .splitlines()
).replace("    ", "")
